// Stands in for @vscode/native-watchdog, a native addon that we do not compile: ends an extension host whose parent
// is gone. By force, as process.exit is disarmed in an extension host.
const end = () => process.kill(process.pid, "SIGKILL");

// One by one: VS Code imports this as a module, and only names that are assigned like this are seen from there.
exports.start = (parent) => {
  const check = () => {
    try {
      process.kill(parent, 0);
    } catch {
      end();
    }
  };
  setInterval(check, 1000).unref();
};
exports.exit = end;

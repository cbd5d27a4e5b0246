// Stands in for @vscode/spdlog, a native addon that we do not compile: without it, output channels and log files of
// the editor stay empty. Same functions, written synchronously.
const fs = require("node:fs");
const path = require("node:path");

const levels = ["trace", "debug", "info", "warning", "error", "critical", "off"];

class Logger {
  #file;
  #level = levels.indexOf("info");
  #formatted = true;

  constructor(file) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.appendFileSync(file, "");
  }

  #write(level, message) {
    if (level < this.#level || this.#file === undefined) return;
    const line = this.#formatted ? `${new Date().toISOString()} [${levels[level]}] ${message}\n` : message;
    try {
      fs.appendFileSync(this.#file, line);
    } catch {
      // The folder goes away with the host.
    }
  }

  trace = (message) => this.#write(0, message);
  debug = (message) => this.#write(1, message);
  info = (message) => this.#write(2, message);
  warn = (message) => this.#write(3, message);
  error = (message) => this.#write(4, message);
  critical = (message) => this.#write(5, message);

  getLevel = () => this.#level;
  setLevel = (level) => {
    this.#level = level;
  };
  setPattern = () => {};
  clearFormatters = () => {
    this.#formatted = false;
  };
  flush = () => {};
  drop = () => {
    this.#file = undefined;
  };
}

// One by one: VS Code imports this as a module, and only names that are assigned like this are seen from there.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = class extends Logger {
  constructor(_type, _name, file) {
    super(file);
  }
};
exports.createRotatingLogger = async (_name, file) => new Logger(file);
exports.createAsyncRotatingLogger = async (_name, file) => new Logger(file);

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameAssembler } from "#network/frameAssembler.ts";

const limit = 100 * 1024 * 1024;

function framed(...frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(frame.length);
      return [size, frame];
    }),
  );
}

function text(bytes: string): Uint8Array {
  return new Uint8Array(Buffer.from(bytes, "latin1"));
}

describe("FrameAssembler", () => {
  test("frames come out whole, however the stream was cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        (frames, cuts) => {
          const assembler = new FrameAssembler(limit);
          const stream = framed(...frames);
          const seen: string[] = [];

          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const next = at + (cuts[turn % cuts.length] ?? 1);
            seen.push(
              ...assembler.push(stream.subarray(at, next)).map((frame) => Buffer.from(frame).toString("hex")),
            );
            at = next;
          }

          expect(seen).toEqual(frames.map((frame) => Buffer.from(frame).toString("hex")));
          expect(assembler.partial).toBeUndefined();
        },
      ),
    );
  });

  test("a frame outlives the chunk it came in, which is read into again", () => {
    const assembler = new FrameAssembler(limit);
    const chunk = Buffer.from(framed(text("first"), text("second")));

    const frames = assembler.push(chunk);
    chunk.fill(0);

    expect(frames.map((frame) => Buffer.from(frame).toString())).toEqual(["first", "second"]);
  });

  test("an announced size costs no memory before the bytes come", () => {
    const assembler = new FrameAssembler(limit);
    const before = process.memoryUsage().arrayBuffers;

    assembler.push(Buffer.from([0x06, 0x00, 0x00, 0x00, 1, 2, 3]));

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
    expect(assembler.partial).toEqual({ bytes: 7, of: 0x0600_0004 });
  });

  test("a large frame in small chunks is put together in linear time", () => {
    const assembler = new FrameAssembler(limit);
    const frame = new Uint8Array(24 << 20).fill(7);
    const stream = framed(frame);
    const started = performance.now();

    let done: readonly Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += 1024) done = assembler.push(stream.subarray(at, at + 1024));

    expect(done[0]?.length).toBe(frame.length);
    // Quadratic copying would move 280 GB here.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test.each([
    ["an HTTP answer", text("HTTP/1.1 400 Bad Request\r\n"), "GARBAGE", /HTTP.*web server/],
    ["an HTTP answer cut after four bytes", text("HTTP"), "GARBAGE", /HTTP/],
    ["a TLS alert", Uint8Array.of(0x15, 3, 3, 0, 2, 2, 0x50), "GARBAGE", /TLS listener/],
    ["a TLS handshake record", Uint8Array.of(0x16, 3, 1, 0, 2), "GARBAGE", /TLS listener/],
    ["an SSH banner", text("SSH-2.0-OpenSSH_9.9\r\n"), "GARBAGE", /SSH/],
    ["a mail server", text("220 mail.example.org ESMTP\r\n"), "GARBAGE", /220 mail/],
    ["a frame of 2 GB", Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 0), "FRAME_TOO_LARGE", /2147483647 bytes/],
    ["a negative size", Uint8Array.of(0xff, 0xff, 0xff, 0xfe, 0), "GARBAGE", /-2 bytes/],
  ] as const)("%s is recognised as a problem", (_name, bytes, code, message) => {
    const assembler = new FrameAssembler(limit);

    const frames = assembler.push(bytes);

    expect(frames).toEqual([]);
    expect(assembler.problem?.code).toBe(code);
    expect(assembler.problem?.message).toMatch(message);
  });

  test("frames before the garbage are still given", () => {
    const assembler = new FrameAssembler(limit);

    const frames = assembler.push(Buffer.concat([framed(text("good")), text("HTTP/1.1 200 OK")]));

    expect(frames.map((frame) => Buffer.from(frame).toString())).toEqual(["good"]);
    expect(assembler.problem?.foreign?.kind).toBe("http");
    expect(assembler.push(framed(text("after")))).toEqual([]);
  });

  test.each([
    ["in one piece", 1_000_000],
    ["in several", 7_000],
  ])("a frame that comes %s lies in memory of whoever was asked for it", (_how, step) => {
    const given: ArrayBufferLike[] = [];
    const assembler = new FrameAssembler(limit, (bytes) => {
      const memory = new Uint8Array(bytes);
      given.push(memory.buffer);
      return memory;
    });
    const stream = framed(new Uint8Array(50_000).fill(7));

    const frames = [];
    for (let at = 0; at < stream.length; at += step) {
      frames.push(...assembler.push(stream.subarray(at, at + step)));
    }

    expect(frames).toHaveLength(1);
    expect(frames[0]?.every((byte) => byte === 7)).toBe(true);
    expect(given).toContain(frames[0]?.buffer);
  });
});

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyOutputStream;

/**
 * Writes record batches and compressed frames with the Java client and its own codecs, and beside them what they hold, so
 * that the unit tests read foreign bytes without Java. To make them anew, in this directory:
 *
 *   mvn -q dependency:copy-dependencies -DoutputDirectory=/tmp/record-fixtures
 *   java -cp '/tmp/record-fixtures/*' RecordFixtures.java ../../../fixtures/records
 */
public class RecordFixtures {
  static final long T0 = 1_760_000_000_000L;

  public static void main(String[] args) throws Exception {
    Path target = Path.of(args[0]);
    Files.createDirectories(target);
    Compression[] codecs = {
      Compression.NONE, Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(),
      Compression.zstd().build()
    };
    String records = null;
    for (Compression codec : codecs) {
      String read = batches(target, codec);
      if (records != null && !records.equals(read)) throw new IllegalStateException("codecs differ in what they hold");
      records = read;
    }
    Files.writeString(target.resolve("records.json"), records);
    frames(target);
  }

  // ---- batches

  static String batches(Path target, Compression codec) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(varied(codec));
    out.write(big(codec));
    out.write(appendTime(codec));
    out.write(transactional(codec));
    out.write(marker(150, ControlRecordType.COMMIT, 7));
    out.write(marker(151, ControlRecordType.ABORT, 8));
    out.write(compacted(codec));
    byte[] bytes = out.toByteArray();
    Files.write(target.resolve("batches-" + codec.type().name + ".bin"), bytes);
    Files.writeString(target.resolve("batches-" + codec.type().name + ".json"), describeHeaders(bytes));
    return describeRecords(bytes);
  }

  static MemoryRecordsBuilder builder(Compression codec, TimestampType type, long baseOffset, boolean transactional) {
    return new MemoryRecordsBuilder(
        new ByteBufferOutputStream(1 << 16), RecordBatch.MAGIC_VALUE_V2, codec, type, baseOffset,
        type == TimestampType.LOG_APPEND_TIME ? T0 + 5000 : RecordBatch.NO_TIMESTAMP,
        transactional ? 4242L : RecordBatch.NO_PRODUCER_ID, transactional ? (short) 3 : RecordBatch.NO_PRODUCER_EPOCH,
        transactional ? 17 : RecordBatch.NO_SEQUENCE, transactional, false, 12, 1 << 20);
  }

  static byte[] bytesOf(MemoryRecordsBuilder builder) {
    return bytesOf(builder.build().buffer());
  }

  static byte[] bytesOf(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Nulls, empties, headers, and timestamps in every direction. */
  static byte[] varied(Compression codec) {
    MemoryRecordsBuilder b = builder(codec, TimestampType.CREATE_TIME, 0, false);
    b.append(T0, utf8("key"), utf8("value"));
    b.append(T0 + 1, null, utf8("no key"));
    b.append(T0 + 2, utf8("tombstone"), null);
    b.append(T0 + 3, new byte[0], new byte[0]);
    b.append(T0 - 1_000_000_000_000L, utf8("long ago"), utf8("{\"a\":1}"));
    b.append(T0 + 3_000_000_000_000L, utf8("far ahead"), utf8("žluťoučký kůň"));
    b.append(T0 + 4, (byte[]) null, null, new Header[] {
      new RecordHeader("trace", utf8("abc")), new RecordHeader("trace", null), new RecordHeader("", new byte[0]),
      new RecordHeader("naïve-😀", new byte[] {0, (byte) 0xff})
    });
    b.append(T0 + 5, utf8("x".repeat(70)), utf8("y".repeat(9000)));
    return bytesOf(b);
  }

  static byte[] big(Compression codec) {
    Random random = new Random(7);
    MemoryRecordsBuilder b = builder(codec, TimestampType.CREATE_TIME, 10, false);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[20];
      random.nextBytes(noise);
      b.append(T0 + i, utf8("k" + i % 9), utf8("order " + i + " of customer " + i % 13 + " "
          + HexFormat.of().formatHex(noise)), i % 10 == 0 ? new Header[] {new RecordHeader("n", utf8("" + i))} : new Header[0]);
    }
    return bytesOf(b);
  }

  static byte[] appendTime(Compression codec) {
    MemoryRecordsBuilder b = builder(codec, TimestampType.LOG_APPEND_TIME, 120, false);
    for (int i = 0; i < 5; i++) b.append(T0 + i, utf8("k"), utf8("appended " + i));
    return bytesOf(b);
  }

  static byte[] transactional(Compression codec) {
    MemoryRecordsBuilder b = builder(codec, TimestampType.CREATE_TIME, 140, true);
    for (int i = 0; i < 10; i++) b.append(T0 + i, utf8("k"), utf8("in a transaction " + i));
    return bytesOf(b);
  }

  static byte[] marker(long offset, ControlRecordType type, int coordinatorEpoch) {
    return bytesOf(MemoryRecords.withEndTransactionMarker(
        offset, T0 + 99, 12, 4242L, (short) 3, new EndTransactionMarker(type, coordinatorEpoch)).buffer());
  }

  /** What the log cleaner leaves: gaps, and a batch with nothing in it. */
  static byte[] compacted(Compression codec) throws Exception {
    ByteArrayOutputStream before = new ByteArrayOutputStream();
    for (int base = 160; base < 180; base += 10) {
      MemoryRecordsBuilder b = builder(codec, TimestampType.CREATE_TIME, base, true);
      for (int i = 0; i < 10; i++) b.append(T0 + i, utf8("k" + i), utf8("compacted " + (base + i)));
      before.write(bytesOf(b));
    }
    ByteBuffer cleaned = ByteBuffer.allocate(1 << 16);
    var result = MemoryRecords.readableRecords(ByteBuffer.wrap(before.toByteArray())).filterTo(new RecordFilter(T0, 1000) {
      @Override
      protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
        return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, false);
      }

      @Override
      protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
        return batch.baseOffset() == 160 && (record.offset() == 162 || record.offset() == 167);
      }
    }, cleaned, BufferSupplier.NO_CACHING, 1 << 20);
    ByteBuffer output = result.outputBuffer();
    output.flip();
    return bytesOf(output);
  }

  // ---- what the Java client itself reads from them

  static String describeHeaders(byte[] bytes) {
    List<String> batches = new ArrayList<>();
    for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
      batch.ensureValid();
      batches.add(String.format(
          "{\"baseOffset\": \"%d\", \"lastOffset\": \"%d\", \"sizeInBytes\": %d, \"partitionLeaderEpoch\": %d, \"crc\": %d,"
              + " \"compression\": \"%s\", \"timestampType\": \"%s\", \"isTransactional\": %b, \"isControl\": %b,"
              + " \"maxTimestamp\": \"%d\", \"producerId\": \"%d\", \"producerEpoch\": %d, \"baseSequence\": %d}",
          batch.baseOffset(), batch.lastOffset(), batch.sizeInBytes(), batch.partitionLeaderEpoch(), batch.checksum(),
          batch.compressionType().name, batch.timestampType(), batch.isTransactional(), batch.isControlBatch(),
          batch.maxTimestamp(), batch.producerId(), batch.producerEpoch(), batch.baseSequence()));
    }
    return "[" + String.join(",\n", batches) + "]\n";
  }

  static String describeRecords(byte[] bytes) {
    List<String> records = new ArrayList<>();
    for (Record record : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).records()) {
      List<String> headers = new ArrayList<>();
      for (Header header : record.headers()) {
        headers.add("[" + hex(utf8(header.key())) + ", " + hex(header.value()) + "]");
      }
      records.add(String.format("{\"offset\": \"%d\", \"timestamp\": \"%d\", \"key\": %s, \"value\": %s, \"headers\": %s}",
          record.offset(), record.timestamp(), hex(record.hasKey() ? bytesOf(record.key()) : null),
          hex(record.hasValue() ? bytesOf(record.value()) : null), headers));
    }
    return "[" + String.join(",\n", records) + "]\n";
  }

  static String hex(byte[] bytes) {
    return bytes == null ? "null" : "\"" + HexFormat.of().formatHex(bytes) + "\"";
  }

  static String hex(ByteBuffer bytes) {
    return hex(bytes == null ? null : bytesOf(bytes));
  }

  // ---- compressed frames of every form

  interface Step {
    OutputStream open(OutputStream out) throws Exception;
  }

  static final List<String> manifest = new ArrayList<>();

  static void frame(Path target, String name, String codec, Step step, byte[]... contents) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] content : contents) {
      try (OutputStream stream = step.open(out)) {
        stream.write(content);
      }
      all.write(content);
    }
    save(target, name, codec, out.toByteArray(), all.toByteArray());
  }

  static void save(Path target, String name, String codec, byte[] stored, byte[] content) throws Exception {
    Files.write(target.resolve(name + ".bin"), stored);
    manifest.add(String.format("{\"name\": \"%s\", \"codec\": \"%s\", \"contentBytes\": %d, \"sha256\": \"%s\"}", name, codec,
        content.length, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content))));
  }

  static byte[] text(int bytes, int seed) {
    Random random = new Random(seed);
    String[] words = {"order", "customer", "payment", "{\"id\":", "true", "null", "2026-01-", "offset", "\n", ","};
    StringBuilder text = new StringBuilder();
    while (text.length() < bytes) {
      text.append(words[random.nextInt(words.length)]);
      if (random.nextInt(3) == 0) text.append(random.nextInt(100000));
      text.append(' ');
    }
    return utf8(text.substring(0, bytes));
  }

  static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(3).nextBytes(noise);
    return noise;
  }

  static void frames(Path target) throws Exception {
    byte[] text = text(40_000, 1);
    byte[] longer = text(180_000, 2);
    byte[] zeros = new byte[200_000];
    byte[] empty = new byte[0];

    frame(target, "lz4-plain", "lz4", out -> new LZ4FrameOutputStream(out, BLOCKSIZE.SIZE_64KB, FLG.Bits.BLOCK_INDEPENDENCE),
        text);
    frame(target, "lz4-checksums", "lz4", out -> new LZ4FrameOutputStream(out, BLOCKSIZE.SIZE_64KB, zeros.length,
        FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.BLOCK_CHECKSUM, FLG.Bits.CONTENT_CHECKSUM, FLG.Bits.CONTENT_SIZE), zeros);
    frame(target, "lz4-several-frames", "lz4",
        out -> new LZ4FrameOutputStream(out, BLOCKSIZE.SIZE_4MB, FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_CHECKSUM),
        text(5000, 3), empty, zeros, text(100, 4));
    frame(target, "lz4-noise", "lz4", out -> new LZ4FrameOutputStream(out, BLOCKSIZE.SIZE_64KB, FLG.Bits.BLOCK_INDEPENDENCE),
        noise(3000));

    frame(target, "snappy-xerial", "snappy", SnappyOutputStream::new, text);
    frame(target, "snappy-xerial-joined", "snappy", SnappyOutputStream::new, text(9000, 5), empty, zeros);
    save(target, "snappy-raw", "snappy", Snappy.compress(text(20_000, 6)), text(20_000, 6));
    save(target, "snappy-raw-noise", "snappy", Snappy.compress(noise(3000)), noise(3000));
    save(target, "snappy-raw-empty", "snappy", Snappy.compress(empty), empty);

    for (int level : new int[] {-5, 1, 3, 9, 19, 22}) {
      frame(target, "zstd-level" + level, "zstd", out -> new ZstdOutputStream(out, level), level == 19 ? longer : text);
    }
    frame(target, "zstd-checksum", "zstd", out -> new ZstdOutputStream(out, 3).setChecksum(true), text(9000, 7));
    frame(target, "zstd-noise", "zstd", out -> new ZstdOutputStream(out, 3), noise(3000));
    frame(target, "zstd-zeros", "zstd", out -> new ZstdOutputStream(out, 3), zeros);
    frame(target, "zstd-empty", "zstd", out -> new ZstdOutputStream(out, 3), empty);
    frame(target, "zstd-several-frames", "zstd", out -> new ZstdOutputStream(out, 3), text(5000, 8), empty, zeros);
    save(target, "zstd-sized", "zstd", com.github.luben.zstd.Zstd.compress(text(700, 9), 3), text(700, 9));

    Files.writeString(target.resolve("frames.json"), "[" + String.join(",\n", manifest) + "]\n");
  }
}

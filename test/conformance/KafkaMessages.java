import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * The Java client as the judge of our bytes.
 *
 * "random SEED COUNT" prints COUNT random messages of every API, direction and version that this client has, or with
 * "Name:VERSION,..." of these APIs below these versions: kind, name, key, version, bytes (base64), every field as JSON. The values follow the client's own schemas; the bytes are what the
 * client itself writes after it has read them.
 *
 * "echo" reads lines of kind, name, version and bytes, and prints for each the bytes the client writes after reading it,
 * or what it objects to.
 */
public final class KafkaMessages {
    private static final PrintStream OUT = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);

    private static final ByteBuffer MESSAGE = ByteBuffer.allocate(1 << 20);

    /** One direction of an API, or a data schema. */
    private record Kind(String kind, String name, int key, Schema[] schemas, Supplier<Message> fresh, ApiMessageType api) {
        short headerVersion(int version) {
            return kind.equals("request") ? api.requestHeaderVersion((short) version) : api.responseHeaderVersion((short) version);
        }

        Message freshHeader() {
            return kind.equals("request") ? new RequestHeaderData() : new ResponseHeaderData();
        }

        Schema headerSchema(int version) {
            return (kind.equals("request") ? RequestHeaderData.SCHEMAS : ResponseHeaderData.SCHEMAS)[headerVersion(version)];
        }

        boolean isData() {
            return kind.equals("data");
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("random")) printRandom(Long.parseLong(args[1]), Integer.parseInt(args[2]), limits(args));
        else echo();
        OUT.flush();
    }

    private static List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        for (ApiMessageType api : ApiMessageType.values()) {
            kinds.add(new Kind("request", api.name, api.apiKey(), api.requestSchemas(), api::newRequest, api));
            kinds.add(new Kind("response", api.name, api.apiKey(), api.responseSchemas(), api::newResponse, api));
        }
        kinds.add(new Kind("data", "ConsumerProtocolSubscription", -1, ConsumerProtocolSubscription.SCHEMAS, ConsumerProtocolSubscription::new, null));
        kinds.add(new Kind("data", "ConsumerProtocolAssignment", -1, ConsumerProtocolAssignment.SCHEMAS, ConsumerProtocolAssignment::new, null));
        return kinds;
    }

    // ---- random messages

    /** Which APIs are wanted, and only below which version; null when all are. */
    private static Map<String, Integer> limits(String[] args) {
        if (args.length < 4) return null;
        Map<String, Integer> limits = new TreeMap<>();
        for (String limit : args[3].split(",")) {
            String[] parts = limit.split(":");
            limits.put(parts[0], Integer.parseInt(parts[1]));
        }
        return limits;
    }

    private static void printRandom(long seed, int count, Map<String, Integer> limits) {
        Random random = new Random(seed);
        for (Kind kind : kinds()) {
            int below = limits == null ? kind.schemas().length : limits.getOrDefault(kind.name(), 0);
            for (int version = 0; version < below; version++) {
                if (kind.schemas()[version] == null) continue;
                for (int index = 0; index < count; index++) printOne(kind, version, random);
            }
        }
    }

    private static void printOne(Kind kind, int version, Random random) {
        Message body = readRandom(kind.schemas()[version], kind.fresh(), version, random);
        byte[] bytes;
        String json;
        if (kind.isData()) {
            bytes = joined(shortBytes(version), serialized(body, version));
            json = "{\"body\":" + dump(body) + "}";
        } else {
            int headerVersion = kind.headerVersion(version);
            Message header = readRandom(kind.headerSchema(version), kind::freshHeader, headerVersion, random);
            if (header instanceof RequestHeaderData) {
                ((RequestHeaderData) header).setRequestApiKey((short) kind.key()).setRequestApiVersion((short) version);
            }
            bytes = joined(serialized(header, headerVersion), serialized(body, version));
            json = "{\"header\":" + dump(header) + ",\"body\":" + dump(body) + "}";
        }
        OUT.println(String.join("\t", kind.kind(), kind.name(), "" + kind.key(), "" + version,
            Base64.getEncoder().encodeToString(bytes), json));
    }

    /** A message of random values. Older clients describe a nullable struct as a plain one: the second try adds its marker. */
    private static Message readRandom(Schema schema, Supplier<Message> fresh, int version, Random random) {
        long seed = random.nextLong();
        RuntimeException first = null;
        for (boolean marker : new boolean[] {false, true}) {
            new RandomWriter(new Random(seed), marker).writeStruct(MESSAGE.clear(), schema);
            // A copy, because a message that was read keeps views into its bytes.
            ByteBuffer bytes = ByteBuffer.wrap(drained(MESSAGE));
            try {
                Message message = fresh.get();
                ByteBufferAccessor accessor = new ByteBufferAccessor(bytes);
                message.read(accessor, (short) version);
                if (accessor.remaining() == 0) return message;
                if (first == null) first = new IllegalStateException(message.getClass() + " v" + version + ": bytes left over");
            } catch (RuntimeException failure) {
                if (first == null) first = failure;
            }
        }
        throw first;
    }

    private static final class RandomWriter {
        private static final String[] WORDS = {"", "orders", "größe-✓-𝄞", "consumer-1-0b9e3c1a-5d6f-4a7b-8c9d-0e1f2a3b4c5d", "x".repeat(200)};
        private final Random random;
        private final boolean markStructs;
        private int depth = 0;

        RandomWriter(Random random, boolean markStructs) {
            this.random = random;
            this.markStructs = markStructs;
        }

        void writeStruct(ByteBuffer out, Schema schema) {
            for (BoundField field : schema.fields()) write(out, field.def.type);
        }

        private void write(ByteBuffer out, Type type) {
            if (type instanceof TaggedFields tagged) {
                writeTagged(out, tagged);
            } else if (type instanceof Schema schema) {
                writeNestedStruct(out, schema);
            } else if (type.arrayElementType().isPresent()) {
                writeArray(out, type, type.arrayElementType().get());
            } else if (type.toString().contains("RECORDS")) {
                writeRecords(out, type);
            } else {
                type.write(out, primitive(type));
            }
        }

        /** By hand, because the class that holds records has moved between the releases we ask. */
        private void writeRecords(ByteBuffer out, Type type) {
            byte[] records = type.isNullable() && random.nextInt(4) == 0 ? null : bytes();
            int length = records == null ? -1 : records.length;
            if (type.toString().contains("COMPACT")) writeUvarint(length + 1, out);
            else out.putInt(length);
            if (records != null) out.put(records);
        }

        private void writeNestedStruct(ByteBuffer out, Schema schema) {
            boolean nullable = schema.getClass().getSimpleName().equals("NullableSchema");
            if (nullable || (markStructs && depth == 0)) {
                boolean absent = nullable && random.nextInt(3) == 0;
                out.put((byte) (absent ? -1 : 1));
                if (absent) return;
            }
            depth++;
            writeStruct(out, schema);
            depth--;
        }

        private void writeArray(ByteBuffer out, Type type, Type element) {
            boolean compact = type.getClass().getSimpleName().startsWith("Compact");
            int count = type.isNullable() && random.nextInt(6) == 0 ? -1 : random.nextInt(depth > 2 ? 2 : 4);
            if (compact) writeUvarint(count + 1, out);
            else out.putInt(count);
            depth++;
            for (int index = 0; index < count; index++) {
                if (element instanceof Schema schema) writeStruct(out, schema);
                else write(out, element);
            }
            depth--;
        }

        private void writeTagged(ByteBuffer out, TaggedFields tagged) {
            Map<Integer, byte[]> present = new TreeMap<>();
            for (Map.Entry<Integer, org.apache.kafka.common.protocol.types.Field> entry : fieldsOf(tagged).entrySet()) {
                if (random.nextInt(3) == 0) continue;
                ByteBuffer value = ByteBuffer.allocate(1 << 13);
                depth++;
                write(value, entry.getValue().type);
                depth--;
                present.put(entry.getKey(), drained(value));
            }
            if (random.nextInt(8) == 0) present.put(100 + random.nextInt(100_000), bytes());
            writeUvarint(present.size(), out);
            present.forEach((tag, value) -> {
                writeUvarint(tag, out);
                writeUvarint(value.length, out);
                out.put(value);
            });
        }

        private Object primitive(Type type) {
            if (type.isNullable() && random.nextInt(4) == 0) return null;
            if (type == Type.BOOLEAN) return random.nextBoolean();
            if (type == Type.INT8) return (byte) number(Byte.MIN_VALUE, Byte.MAX_VALUE);
            if (type == Type.INT16) return (short) number(Short.MIN_VALUE, Short.MAX_VALUE);
            if (type == Type.UINT16) return (int) number(0, 0xffff);
            if (type == Type.INT32) return (int) number(Integer.MIN_VALUE, Integer.MAX_VALUE);
            if (type == Type.UNSIGNED_INT32) return number(0, 0xffff_ffffL);
            if (type == Type.INT64) return number(Long.MIN_VALUE, Long.MAX_VALUE);
            if (type == Type.FLOAT64) return random.nextGaussian() * 1e6;
            if (type == Type.UUID) return new Uuid(random.nextLong(), random.nextLong());
            String name = type.toString();
            if (name.contains("STRING")) return text();
            if (name.contains("BYTES")) return ByteBuffer.wrap(bytes());
            throw new IllegalStateException("no random value for " + name);
        }

        /** Extremes and small numbers often, anything else sometimes. */
        private long number(long least, long most) {
            switch (random.nextInt(5)) {
                case 0: return least;
                case 1: return most;
                case 2: return random.nextInt(4);
                case 3: return least == 0 ? 1 : -1;
                default:
                    long any = random.nextLong();
                    return any >= least && any <= most ? any : least + Math.floorMod(any, most - least);
            }
        }

        private String text() {
            String word = WORDS[random.nextInt(WORDS.length)];
            return random.nextBoolean() ? word : word + random.nextInt(1000);
        }

        private byte[] bytes() {
            byte[] bytes = new byte[random.nextInt(8) == 0 ? 300 : random.nextInt(20)];
            random.nextBytes(bytes);
            return bytes;
        }
    }

    /** Read from the private field: older clients have no method for it. */
    @SuppressWarnings("unchecked")
    private static Map<Integer, org.apache.kafka.common.protocol.types.Field> fieldsOf(TaggedFields tagged) {
        try {
            Field fields = TaggedFields.class.getDeclaredField("fields");
            fields.setAccessible(true);
            return (Map<Integer, org.apache.kafka.common.protocol.types.Field>) fields.get(tagged);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void writeUvarint(int value, ByteBuffer out) {
        int rest = value;
        for (; (rest & ~0x7f) != 0; rest >>>= 7) out.put((byte) (rest | 0x80));
        out.put((byte) rest);
    }

    // ---- echo

    private static void echo() throws Exception {
        Map<String, Kind> byName = new TreeMap<>();
        for (Kind kind : kinds()) byName.put(kind.kind() + " " + kind.name(), kind);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t");
            Kind kind = byName.get(parts[0] + " " + parts[1]);
            try {
                OUT.println(Base64.getEncoder().encodeToString(rewritten(kind, Integer.parseInt(parts[2]), Base64.getDecoder().decode(parts[3]))));
            } catch (RuntimeException failure) {
                OUT.println("refused: " + failure);
            }
        }
    }

    private static byte[] rewritten(Kind kind, int version, byte[] bytes) {
        ByteBufferAccessor accessor = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
        byte[] front;
        if (kind.isData()) {
            front = shortBytes(accessor.readShort());
        } else {
            Message header = kind.freshHeader();
            header.read(accessor, kind.headerVersion(version));
            front = serialized(header, kind.headerVersion(version));
        }
        Message body = kind.fresh().get();
        body.read(accessor, (short) version);
        if (accessor.remaining() > 0) throw new IllegalStateException(accessor.remaining() + " bytes left over");
        return joined(front, serialized(body, version));
    }

    private static byte[] serialized(Message message, int version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBufferAccessor accessor = new ByteBufferAccessor(ByteBuffer.allocate(message.size(cache, (short) version)));
        message.write(accessor, cache, (short) version);
        return drained(accessor.buffer());
    }

    private static byte[] drained(ByteBuffer buffer) {
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] shortBytes(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    private static byte[] joined(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
    }

    // ---- every field as JSON, those absent from the version with the client's default

    private static String dump(Object value) {
        if (value == null) return "null";
        if (value instanceof Boolean || value instanceof Byte || value instanceof Short || value instanceof Integer) return value.toString();
        if (value instanceof Long) return "\"" + value + "\"";
        if (value instanceof Double) return value.toString();
        if (value instanceof String text) return quoted(text);
        if (value instanceof Uuid) return quoted(value.toString());
        if (value instanceof byte[] bytes) return quoted(Base64.getEncoder().encodeToString(bytes));
        if (value instanceof ByteBuffer buffer) return quoted(Base64.getEncoder().encodeToString(copied(buffer)));
        if (value.getClass().getSimpleName().equals("MemoryRecords")) return dump(invoke(value, "buffer"));
        if (value instanceof RawTaggedField tag) return "{\"tag\":" + tag.tag() + ",\"bytes\":" + dump(tag.data()) + "}";
        if (value instanceof Collection<?> list) {
            List<String> items = new ArrayList<>();
            for (Object item : list) items.add(dump(item));
            return "[" + String.join(",", items) + "]";
        }
        return dumpFields(value);
    }

    private static String dumpFields(Object value) {
        List<String> fields = new ArrayList<>();
        for (Field field : value.getClass().getDeclaredFields()) {
            String name = field.getName();
            boolean ofCollection = name.equals("next") || name.equals("prev");
            if (Modifier.isStatic(field.getModifiers()) || ofCollection) continue;
            try {
                field.setAccessible(true);
                Object inner = field.get(value);
                if (!name.equals("_unknownTaggedFields")) fields.add(quoted(name) + ":" + dump(inner));
                else if (inner != null && !((List<?>) inner).isEmpty()) fields.add("\"unknownTags\":" + dump(inner));
            } catch (IllegalAccessException denied) {
                throw new IllegalStateException(denied);
            }
        }
        return "{" + String.join(",", fields) + "}";
    }

    private static Object invoke(Object target, String method) {
        try {
            return target.getClass().getMethod(method).invoke(target);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static byte[] copied(ByteBuffer buffer) {
        ByteBuffer view = buffer.duplicate();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') quoted.append('\\').append(c);
            else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
            else quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * A member of a consumer group that says what happens to it, one JSON object a line, and takes orders on stdin:
 * `commit`, `pause orders-3`, `resume orders-3`, `quit`. Started by test/support/javaConsumer.ts.
 *
 *   java GroupConsumer.java topic,topic key=value ...     (consumer properties)
 */
public class GroupConsumer {
  private static final ObjectMapper json = new ObjectMapper();
  private static final ConcurrentLinkedQueue<String> orders = new ConcurrentLinkedQueue<>();

  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    for (int i = 1; i < args.length; i++) {
      String[] pair = args[i].split("=", 2);
      properties.setProperty(pair[0], pair[1]);
    }
    boolean commitsEveryPoll = Boolean.parseBoolean((String) properties.remove("groupscope.commits.every.poll"));
    readOrders();
    String deserializer = "org.apache.kafka.common.serialization.StringDeserializer";
    properties.setProperty("key.deserializer", deserializer);
    properties.setProperty("value.deserializer", deserializer);

    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
      consumer.subscribe(List.of(args[0].split(",")), new Reporter(consumer));
      say("started", Map.of());
      while (obey(consumer)) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
        for (ConsumerRecord<String, String> record : records) say("record", describe(record));
        if (commitsEveryPoll && !records.isEmpty()) commit(consumer);
      }
    } catch (Exception failure) {
      say("failed", Map.of("error", failure.toString()));
      System.exit(1);
    }
    say("closed", Map.of());
  }

  /** Tells of rebalances, with the generation the member is in afterwards. */
  private record Reporter(KafkaConsumer<String, String> consumer) implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      tell("assigned", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      tell("revoked", partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      tell("lost", partitions);
    }

    private void tell(String type, Collection<TopicPartition> partitions) {
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("partitions", names(partitions));
      event.put("assignment", names(consumer.assignment()));
      event.put("memberId", consumer.groupMetadata().memberId());
      event.put("generationId", consumer.groupMetadata().generationId());
      say(type, event);
    }
  }

  private static void readOrders() {
    Thread reader = new Thread(() -> {
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      lines.lines().forEach(orders::add);
      orders.add("quit");
    });
    reader.setDaemon(true);
    reader.start();
  }

  /** Carries out what was ordered since the last call; false when that was to quit. */
  private static boolean obey(KafkaConsumer<String, String> consumer) {
    for (String order = orders.poll(); order != null; order = orders.poll()) {
      String[] words = order.split(" ");
      switch (words[0]) {
        case "commit" -> commit(consumer);
        case "pause" -> consumer.pause(List.of(partition(words[1])));
        case "resume" -> consumer.resume(List.of(partition(words[1])));
        case "quit" -> {
          return false;
        }
        default -> throw new IllegalArgumentException("no such order: " + order);
      }
      say("obeyed", Map.of("order", order));
    }
    return true;
  }

  private static void commit(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, OffsetAndMetadata> positions = new LinkedHashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      positions.put(partition, new OffsetAndMetadata(consumer.position(partition)));
    }
    Map<String, String> offsets = new LinkedHashMap<>();
    positions.forEach((partition, position) -> offsets.put(partition.toString(), Long.toString(position.offset())));
    try {
      consumer.commitSync(positions);
      say("committed", Map.of("offsets", offsets));
    } catch (RuntimeException failure) {
      say("commitFailed", Map.of("offsets", offsets, "error", failure.toString()));
    }
  }

  private static Map<String, Object> describe(ConsumerRecord<String, String> record) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("topic", record.topic());
    event.put("partition", record.partition());
    event.put("offset", Long.toString(record.offset()));
    event.put("timestamp", Long.toString(record.timestamp()));
    event.put("key", record.key());
    event.put("value", record.value());
    List<List<String>> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      String value = header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
      headers.add(java.util.Arrays.asList(header.key(), value));
    }
    event.put("headers", headers);
    return event;
  }

  private static List<String> names(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).sorted().toList();
  }

  private static TopicPartition partition(String name) {
    int dash = name.lastIndexOf('-');
    return new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1)));
  }

  private static synchronized void say(String type, Map<String, ?> details) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("type", type);
    event.putAll(details);
    try {
      System.out.println(json.writeValueAsString(event));
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}

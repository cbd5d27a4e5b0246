import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Java's producer on the command line: says when it is done, as one JSON object. What it writes is told in
 * foreignPrograms.ts.
 *
 *   java ForeignProducer.java produce servers topic codec count
 *   java ForeignProducer.java transact servers topic group transactional-id
 */
public class ForeignProducer {
  private record Step(String prefix, long offset, boolean commits) {}

  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    String serializer = "org.apache.kafka.common.serialization.StringSerializer";
    properties.setProperty("bootstrap.servers", args[1]);
    properties.setProperty("key.serializer", serializer);
    properties.setProperty("value.serializer", serializer);
    properties.setProperty("linger.ms", "20");
    switch (args[0]) {
      case "produce" -> produce(properties, args[2], args[3], Integer.parseInt(args[4]));
      case "transact" -> transact(properties, args[2], args[3], args[4]);
      default -> throw new IllegalArgumentException("no such verb: " + args[0]);
    }
  }

  private static void produce(Properties properties, String topic, String codec, int count) throws Exception {
    properties.setProperty("compression.type", codec);
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
      send(producer, topic, codec, count);
    }
    System.out.println("{\"type\":\"produced\",\"count\":" + count + "}");
  }

  private static void transact(Properties properties, String topic, String group, String id) throws Exception {
    properties.setProperty("transactional.id", id);
    List<Step> steps = List.of(new Step("first", 5, true), new Step("aborted", 6, false), new Step("last", -1, true));
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
      producer.initTransactions();
      for (Step step : steps) {
        producer.beginTransaction();
        send(producer, topic, step.prefix(), 10);
        if (step.offset() >= 0) {
          var offsets = Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(step.offset()));
          producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(group));
        }
        if (step.commits()) producer.commitTransaction();
        else producer.abortTransaction();
      }
    }
    System.out.println("{\"type\":\"transacted\"}");
  }

  private static void send(KafkaProducer<String, String> producer, String topic, String prefix, int count)
      throws Exception {
    List<Future<?>> sent = new java.util.ArrayList<>();
    for (int index = 0; index < count; index++) {
      ProducerRecord<String, String> record = new ProducerRecord<>(topic, "key " + index % 7, prefix + " " + index);
      record.headers().add(new RecordHeader("index", Integer.toString(index).getBytes()));
      sent.add(producer.send(record));
    }
    producer.flush();
    for (Future<?> each : sent) each.get();
  }
}

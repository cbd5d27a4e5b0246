import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/**
 * The Java client's assignors as the judge of ours. Reads groups, line by line:
 *
 * "topic NAME RACKS RACKS ...": a topic with a field for each partition, the racks of its replicas joined by commas, or "-".
 * "member ID INSTANCE METADATA": a member; its instance id or "-", and what it sends in JoinGroup, in base64.
 * "assign NAME": divides what came since the last such line, and prints "MEMBER:ASSIGNMENT MEMBER:ASSIGNMENT ...", each
 * assignment being what SyncGroup would carry, in base64.
 */
public final class KafkaAssignors {
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Node nowhere = new Node(0, "nowhere", 9092);
    private final List<PartitionInfo> partitions = new ArrayList<>();
    private final Map<String, Subscription> members = new LinkedHashMap<>();

    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        var group = new KafkaAssignors();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "topic" -> group.addTopic(words);
                case "member" -> group.addMember(words[1], words[2], words[3]);
                case "assign" -> {
                    out.println(group.assign(words[1]));
                    group = new KafkaAssignors();
                }
                default -> throw new IllegalArgumentException(line);
            }
        }
        out.flush();
    }

    private void addTopic(String[] words) {
        for (int index = 2; index < words.length; index++) {
            List<Node> replicas = new ArrayList<>();
            if (words[index].equals("-")) replicas.add(nowhere);
            else for (String rack : words[index].split(",")) replicas.add(node(rack));
            Node[] all = replicas.toArray(new Node[0]);
            partitions.add(new PartitionInfo(words[1], index - 2, all[0], all, all));
        }
    }

    private Node node(String rack) {
        return nodes.computeIfAbsent(rack, name -> new Node(nodes.size() + 1, name, 9092, name));
    }

    private void addMember(String memberId, String instanceId, String metadata) {
        var subscription = ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(Base64.getDecoder().decode(metadata)));
        if (!instanceId.equals("-")) subscription.setGroupInstanceId(Optional.of(instanceId));
        members.put(memberId, subscription);
    }

    private String assign(String name) {
        ConsumerPartitionAssignor assignor = switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            case "cooperative-sticky" -> new CooperativeStickyAssignor();
            default -> throw new IllegalArgumentException(name);
        };
        Set<Node> all = new HashSet<>(nodes.values());
        all.add(nowhere);
        var cluster = new Cluster("cluster", all, partitions, Set.of(), Set.of());
        Map<String, Assignment> assigned = assignor.assign(cluster, new GroupSubscription(members)).groupAssignment();
        var line = new StringJoiner(" ");
        assigned.forEach((memberId, assignment) -> {
            ByteBuffer buffer = ConsumerProtocol.serializeAssignment(assignment);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            line.add(memberId + ":" + Base64.getEncoder().encodeToString(bytes));
        });
        return line.toString();
    }
}

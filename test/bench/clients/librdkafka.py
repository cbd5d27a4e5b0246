"""librdkafka by confluent-kafka, in batches; started by throughput.ts, prints the same result as every client."""
import json
import os
import resource
import sys
import time

from confluent_kafka import Consumer

servers, topic, wanted, warm_up = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": f"bench-librdkafka-{os.getpid()}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "check.crcs": True,
        "fetch.wait.max.ms": 500,
        # With its defaults it waits for a second whenever its queue is full.
        "fetch.queue.backoff.ms": 5,
        "queued.min.messages": 1000000,
    }
)
consumer.subscribe([topic])
seen = seen_at_start = value_bytes = total = 0
started_at = cpu_at_start = 0.0
while seen < wanted:
    for message in consumer.consume(num_messages=10000, timeout=1.0):
        if message.error():
            raise SystemExit(str(message.error()))
        key, value = message.key(), message.value()
        if key:
            total += key[0] + key[-1]
        if value:
            total += value[0] + value[-1]
            if seen_at_start:
                value_bytes += len(value)
        seen += 1
    if not seen_at_start and seen >= warm_up:
        started_at, cpu_at_start, seen_at_start = time.monotonic(), cpu_seconds(), seen
print(
    json.dumps(
        {
            "client": "confluent-kafka (librdkafka)",
            "records": seen - seen_at_start,
            "valueBytes": value_bytes,
            "seconds": time.monotonic() - started_at,
            "cpuSeconds": cpu_seconds() - cpu_at_start,
            "peakRss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "sum": total,
        }
    )
)
consumer.close()

"""A librdkafka member of a consumer group that says what happens to it, one JSON object a line, as ForeignConsumerEvent.

    group_consumer.py topic,topic key=value ...     (librdkafka properties)

Commits after every poll that returned records, before the next one. `quit` on stdin leaves the group and ends.
"""

import json
import sys
import threading

from confluent_kafka import Consumer, KafkaException, TopicPartition

quitting = threading.Event()


def say(kind, **details):
    print(json.dumps({"type": kind, **details}), flush=True)


def names(partitions):
    return sorted(f"{each.topic}-{each.partition}" for each in partitions)


def read_orders():
    for line in sys.stdin:
        if line.strip() == "quit":
            break
    quitting.set()


def main():
    topics = sys.argv[1].split(",")
    properties = dict(argument.split("=", 1) for argument in sys.argv[2:])
    owned = set()

    def changed(kind, partitions):
        moved = names(partitions)
        if kind == "assigned":
            owned.update(moved)
        else:
            owned.difference_update(moved)
        say(kind, partitions=moved, assignment=sorted(owned))

    threading.Thread(target=read_orders, daemon=True).start()
    consumer = Consumer({"enable.auto.commit": "false", "auto.offset.reset": "earliest", **properties})
    consumer.subscribe(
        topics,
        on_assign=lambda _, partitions: changed("assigned", partitions),
        on_revoke=lambda _, partitions: changed("revoked", partitions),
        on_lost=lambda _, partitions: changed("lost", partitions),
    )
    say("started")
    while not quitting.is_set():
        nexts = {}
        for message in consumer.consume(num_messages=200, timeout=0.1):
            if message.error() is not None:
                continue
            key, value = message.key(), message.value()
            say(
                "record",
                topic=message.topic(),
                partition=message.partition(),
                offset=str(message.offset()),
                timestamp=str(message.timestamp()[1]),
                key=None if key is None else key.decode(),
                value=None if value is None else value.decode(),
                headers=[],
            )
            nexts[(message.topic(), message.partition())] = message.offset() + 1
        if nexts:
            commit(consumer, nexts)
    consumer.close()
    say("closed")


def commit(consumer, nexts):
    offsets = {f"{topic}-{partition}": str(offset) for (topic, partition), offset in nexts.items()}
    try:
        wanted = [TopicPartition(topic, partition, offset) for (topic, partition), offset in nexts.items()]
        for answer in consumer.commit(offsets=wanted, asynchronous=False):
            if answer.error is not None:
                raise KafkaException(answer.error)
        say("committed", offsets=offsets)
    except KafkaException as failure:
        say("commitFailed", offsets=offsets, error=str(failure))


main()

"""librdkafka on the command line: says what happens, one JSON object a line, as ForeignConsumerEvent.

    client.py consume topic,topic key=value ...     (librdkafka properties)
    client.py produce servers topic codec count
    client.py transact servers topic group transactional-id

A consumer commits after every poll that returned records, before the next one; `quit` on stdin leaves the group and
ends. What `produce` and `transact` write is told in foreignPrograms.ts.
"""

import json
import sys
import threading

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

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


def consume(topics, *arguments):
    properties = dict(argument.split("=", 1) for argument in arguments)
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
        topics.split(","),
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
            say(
                "record",
                topic=message.topic(),
                partition=message.partition(),
                offset=str(message.offset()),
                timestamp=str(message.timestamp()[1]),
                key=text(message.key()),
                value=text(message.value()),
                headers=[[name, text(value)] for name, value in message.headers() or []],
            )
            nexts[(message.topic(), message.partition())] = message.offset() + 1
        if nexts:
            commit(consumer, nexts)
    consumer.close()
    say("closed")


def text(content):
    return None if content is None else content.decode()


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


def delivered(error, _):
    if error is not None:
        raise KafkaException(error)


def send(producer, topic, prefix, count):
    for index in range(count):
        headers = {"index": str(index)}
        producer.produce(
            topic, f"{prefix} {index}", f"key {index % 7}", headers=headers, on_delivery=delivered
        )


def produce(servers, topic, codec, count):
    producer = Producer({"bootstrap.servers": servers, "compression.type": codec, "linger.ms": 20})
    send(producer, topic, codec, int(count))
    if producer.flush(30) > 0:
        raise TimeoutError("not everything was delivered")
    say("produced", count=int(count))


def transact(servers, topic, group, transactional_id):
    producer = Producer({"bootstrap.servers": servers, "transactional.id": transactional_id})
    consumer = Consumer({"bootstrap.servers": servers, "group.id": group})
    producer.init_transactions(30)
    for prefix, offset, commits in [("first", 5, True), ("aborted", 6, False), ("last", None, True)]:
        producer.begin_transaction()
        send(producer, topic, prefix, 10)
        if offset is not None:
            offsets = [TopicPartition(topic, 0, offset)]
            producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 30)
        if commits:
            producer.commit_transaction(30)
        else:
            producer.flush(30)
            producer.abort_transaction(30)
    consumer.close()
    say("transacted")


{"consume": consume, "produce": produce, "transact": transact}[sys.argv[1]](*sys.argv[2:])

package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// What is written and committed is told in foreignPrograms.ts. franz-go sends a group's offsets only for a session of
// its own consumer, so these two requests are made by hand.
func transact(servers, topic, group, transactionalID string) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(servers, ",")...),
		kgo.TransactionalID(transactionalID),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	limit, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	steps := []struct {
		prefix string
		offset int64
		end    kgo.TransactionEndTry
	}{{"first", 5, kgo.TryCommit}, {"aborted", 6, kgo.TryAbort}, {"last", -1, kgo.TryCommit}}
	for _, step := range steps {
		if err := client.BeginTransaction(); err != nil {
			return err
		}
		if err := client.ProduceSync(limit, records(topic, step.prefix, 10)...).FirstErr(); err != nil {
			return err
		}
		if step.offset >= 0 {
			if err := sendOffset(limit, client, topic, group, transactionalID, step.offset); err != nil {
				return err
			}
		}
		if err := client.EndTransaction(limit, step.end); err != nil {
			return err
		}
	}
	say("transacted", event{})
	return nil
}

func sendOffset(limit context.Context, client *kgo.Client, topic, group, transactionalID string, offset int64) error {
	producerID, epoch, err := client.ProducerID(limit)
	if err != nil {
		return err
	}
	add := kmsg.NewPtrAddOffsetsToTxnRequest()
	add.TransactionalID, add.ProducerID, add.ProducerEpoch, add.Group = transactionalID, producerID, epoch, group
	added, err := add.RequestWith(limit, client)
	if err != nil {
		return err
	}
	if err := kerr.ErrorForCode(added.ErrorCode); err != nil {
		return err
	}
	commit := kmsg.NewPtrTxnOffsetCommitRequest()
	commit.TransactionalID, commit.ProducerID, commit.ProducerEpoch = transactionalID, producerID, epoch
	commit.Group, commit.Generation = group, -1
	partition := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	partition.Offset = offset
	wanted := kmsg.NewTxnOffsetCommitRequestTopic()
	wanted.Topic, wanted.Partitions = topic, append(wanted.Partitions, partition)
	if wanted.TopicID, err = topicID(limit, client, topic); err != nil {
		return err
	}
	commit.Topics = append(commit.Topics, wanted)
	committed, err := commit.RequestWith(limit, client)
	if err != nil {
		return err
	}
	if len(committed.Topics) != 1 || len(committed.Topics[0].Partitions) != 1 {
		return errors.New("the commit was not answered for")
	}
	return kerr.ErrorForCode(committed.Topics[0].Partitions[0].ErrorCode)
}

// New versions of the commit know topics by their ids only (KIP-848).
func topicID(limit context.Context, client *kgo.Client, topic string) ([16]byte, error) {
	ask := kmsg.NewPtrMetadataRequest()
	wanted := kmsg.NewMetadataRequestTopic()
	wanted.Topic = kmsg.StringPtr(topic)
	ask.Topics = append(ask.Topics, wanted)
	told, err := ask.RequestWith(limit, client)
	if err != nil {
		return [16]byte{}, err
	}
	return told.Topics[0].TopicID, nil
}

// franz-go on the command line: says what happens, one JSON object a line, as ForeignConsumerEvent.
//
//	foreign consume servers group topic,topic balancer,balancer
//	foreign produce servers topic codec count
//	foreign transact servers topic group transactional-id
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type event map[string]any

var saying sync.Mutex

func say(kind string, details event) {
	saying.Lock()
	defer saying.Unlock()
	details["type"] = kind
	line, err := json.Marshal(details)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func main() {
	verbs := map[string]func(a, b, c, d string) error{"consume": consume, "produce": produce, "transact": transact}
	args := os.Args[2:]
	if err := verbs[os.Args[1]](args[0], args[1], args[2], args[3]); err != nil {
		say("failed", event{"error": err.Error()})
		os.Exit(1)
	}
}

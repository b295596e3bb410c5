// Command fetch resolves what the tests need and Go modules do not bring, into the cache folder:
//
//	go run ./e2e/cmd/fetch
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/millrace/millrace/e2e/harness"
)

func main() {
	jars, err := harness.FetchKafka(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
	fmt.Println(jars.Dir)
}

// From {reader, environ, texts} on standard input to one object of values a text.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/joho/godotenv"
)

type work struct {
	Texts []string `json:"texts"`
}

func main() {
	var given work
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	results := []map[string]any{}
	for _, text := range given.Texts {
		values, err := godotenv.Parse(strings.NewReader(text))
		if err != nil {
			results = append(results, map[string]any{"error": "refused"})
		} else {
			results = append(results, map[string]any{"values": values})
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		panic(err)
	}
}

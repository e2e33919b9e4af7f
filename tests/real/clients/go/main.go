// Go's net/smtp: one message for each job on standard input.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"strconv"
	"sync"
	"time"
)

type job struct {
	ID, Host, Tls, User, Password, Sender, Recipient, Cafile string
	Port, Seconds                                            int
	Required                                                 bool
}

func send(j job) error {
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(j.Cafile)
	if err != nil {
		return err
	}
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{ServerName: j.Host, RootCAs: pool}
	dialer := &net.Dialer{Timeout: time.Duration(j.Seconds) * time.Second}
	address := net.JoinHostPort(j.Host, strconv.Itoa(j.Port))
	var connection net.Conn
	if j.Tls == "implicit" {
		connection, err = tls.DialWithDialer(dialer, "tcp", address, config)
	} else {
		connection, err = dialer.Dial("tcp", address)
	}
	if err != nil {
		return err
	}
	connection.SetDeadline(time.Now().Add(time.Duration(j.Seconds) * time.Second))
	client, err := smtp.NewClient(connection, j.Host)
	if err != nil {
		return err
	}
	defer client.Close()
	if j.Tls == "starttls" {
		if offered, _ := client.Extension("STARTTLS"); offered || j.Required {
			if err = client.StartTLS(config); err != nil {
				return err
			}
		}
	}
	if j.User != "" { // as smtp.SendMail does
		if offered, _ := client.Extension("AUTH"); !offered {
			return fmt.Errorf("smtp: server doesn't support AUTH")
		}
		if err = client.Auth(smtp.PlainAuth("", j.User, j.Password, j.Host)); err != nil {
			return err
		}
	}
	if err = client.Mail(j.Sender); err != nil {
		return err
	}
	if err = client.Rcpt(j.Recipient); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	fmt.Fprint(data, "Subject: test\r\n\r\nhello\r\n")
	if err = data.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func main() {
	var waiting sync.WaitGroup
	var printing sync.Mutex
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			panic(err)
		}
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			said := ""
			if err := send(j); err != nil {
				said = err.Error()
			}
			line, _ := json.Marshal(map[string]string{"id": j.ID, "error": said})
			printing.Lock()
			fmt.Println(string(line))
			printing.Unlock()
		}()
	}
	waiting.Wait()
}

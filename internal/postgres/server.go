// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// settings hold for every server: fsync stays on, since the tests are about what survives.
const settings = `
listen_addresses = '127.0.0.1'
fsync = on
synchronous_commit = on
max_connections = 200
shared_buffers = '64MB'
max_wal_size = '512MB'
autovacuum_naptime = '10min'
wal_keep_size = '256MB'
log_min_messages = warning
`

// startsMax is how often a server is started anew where another process took its port in between.
const startsMax = 5

// Server is one PostgreSQL server with a data folder of its own.
//
// Concurrency: Start, Stop, Kill and Promote by one caller at a time.
type Server struct {
	bin     string
	folder  string // holds data, the socket and the log
	account account
	port    int
	watch   *exec.Cmd // stops the server and removes the folder once its input ends
	life    io.WriteCloser
}

// watcher is the script that ends a server with the process that started it.
const watcher = `cat >/dev/null; "$1/pg_ctl" -D "$2/data" -m immediate -t 30 stop >/dev/null 2>&1; rm -rf "$2"`

// newServer makes a folder for a server, and its watcher.
func newServer() (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	if err := os.Chown(folder, who.uid, who.gid); err != nil {
		return nil, err
	}
	s := &Server{bin: bin, folder: folder, account: who}
	s.watch = who.command("sh", "-c", watcher, "sh", bin, folder)
	if s.life, err = s.watch.StdinPipe(); err != nil {
		return nil, err
	}
	return s, s.watch.Start()
}

// create makes an empty data folder and starts the server on it.
func create() (*Server, error) {
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	// English order, so that what relies on the order of bytes has to ask for it.
	err = s.account.run(s.program("initdb"), "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync", "--no-instructions")
	if err == nil {
		err = s.configure("postgresql.conf", settings)
	}
	if err == nil {
		err = s.Start()
	}
	if err == nil {
		err = s.Do(context.Background(), "CREATE ROLE "+Role+" LOGIN")
	}
	if err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

func (s *Server) program(name string) string { return filepath.Join(s.bin, name) }

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// configure adds settings to one of the server's own files.
func (s *Server) configure(file, text string) error {
	f, err := os.OpenFile(filepath.Join(s.data(), file), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// Start starts a server that is stopped, and waits until it answers. It keeps its port from one start to the next.
func (s *Server) Start() (err error) {
	for range startsMax {
		if s.port == 0 {
			if s.port, err = freePort(); err != nil {
				return err
			}
		}
		options := fmt.Sprintf("-p %d -k %s", s.port, s.folder)
		err = s.account.run(s.program("pg_ctl"), "-D", s.data(), "-l", filepath.Join(s.folder, "log"), "-o", options,
			"-w", "-t", "60", "start")
		if err == nil {
			return nil
		}
		log, _ := os.ReadFile(filepath.Join(s.folder, "log")) // the error tells enough where there is none
		if !strings.Contains(string(log), "could not bind") {
			return fmt.Errorf("%w\n%s", err, log)
		}
		s.port = 0
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// Stop ends the server at once, as an operator would in a hurry: its clients' connections break.
func (s *Server) Stop() error {
	return s.account.run(s.program("pg_ctl"), "-D", s.data(), "-m", "immediate", "-w", "-t", "60", "stop")
}

// Kill ends the server's first process by SIGKILL; its others end by themselves when they notice.
func (s *Server) Kill() error {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// CutOff makes a standby that is stopped follow nobody when it is started again, as if the network between it and its
// primary were gone.
func (s *Server) CutOff() error {
	return s.configure("postgresql.auto.conf", "primary_conninfo = ''\n")
}

// Promote makes a standby a primary, and waits until it takes writes.
func (s *Server) Promote() error {
	return s.account.run(s.program("pg_ctl"), "-D", s.data(), "-w", "-t", "60", "promote")
}

// Host is the server's address.
func (s *Server) Host() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// URL is a database of the server, for the tests' role.
func (s *Server) URL(database string) string {
	return "postgres://" + Role + "@" + s.Host() + "/" + database + "?sslmode=disable"
}

// Admin is a database of the server, for its superuser.
func (s *Server) Admin(database string) string {
	return "postgres://postgres@" + s.Host() + "/" + database + "?sslmode=disable"
}

// Do runs one statement as the superuser.
func (s *Server) Do(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.Admin("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// Holds reports whether a condition holds, as the superuser sees it.
func (s *Server) Holds(ctx context.Context, condition string) (bool, error) {
	conn, err := pgx.Connect(ctx, s.Admin("postgres"))
	if err != nil {
		return false, err
	}
	var holds bool
	err = conn.QueryRow(ctx, "SELECT "+condition).Scan(&holds)
	return holds, errors.Join(err, conn.Close(ctx))
}

// end lets the watcher stop the server and remove its files.
func (s *Server) end() error { return errors.Join(s.life.Close(), s.watch.Wait()) }

// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// child is the network as a process.
type child struct {
	binary, config, log string
	ready               string // where it says that it is ready
	client              *http.Client

	command *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	err     error         // why, once it has
}

// start is one life of the network. Units: microseconds.
type start struct {
	began, ready, ended int64 // 0: not yet
}

func (r *run) newChild(operate string) (*child, error) {
	binary := r.options.Binary
	if binary == "" {
		own, err := os.Executable()
		if err != nil {
			return nil, err
		}
		binary = own
	}
	return &child{binary: binary, config: r.config, log: filepath.Join(r.folder, "serve.log"),
		ready: "http://" + operate + "/readyz", client: &http.Client{Timeout: time.Second}}, nil
}

// begin starts the process.
func (c *child) begin() error {
	log, err := os.OpenFile(c.log, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.command = exec.Command(c.binary, "serve", "--config", c.config)
	c.command.Stdout, c.command.Stderr = log, log
	// What interrupts the run at a terminal must not reach the network by itself: only this run ends it.
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.command.Start(); err != nil {
		return err
	}
	ended, command := make(chan struct{}), c.command
	c.ended = ended
	go func() {
		c.err = command.Wait()
		close(ended)
	}()
	return nil
}

// awaitReady returns once the network serves.
func (c *child) awaitReady(ctx context.Context) error {
	until := time.Now().Add(startsMax)
	for time.Now().Before(until) {
		select {
		case <-c.ended:
			return fmt.Errorf("the network ended while it started: %v", c.err)
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		response, err := c.client.Get(c.ready)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		rest(ctx, 2*time.Millisecond)
	}
	return fmt.Errorf("the network was not ready after %v", startsMax)
}

// strike ends the process as the kernel does when it wants no discussion.
func (c *child) strike() { _ = c.command.Process.Kill() } // one that has ended needs none

// kill strikes and waits until the process has ended.
func (c *child) kill() {
	if c.command != nil {
		c.strike()
		<-c.ended
	}
}

// terminate asks the process to end, and says how long that took.
func (c *child) terminate() (time.Duration, error) {
	began := time.Now()
	if err := c.command.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-c.ended:
	case <-time.After(2 * drainMax):
		c.kill()
		return 0, fmt.Errorf("the network has not ended %v after SIGTERM", 2*drainMax)
	}
	took := time.Since(began)
	if c.err != nil {
		return took, fmt.Errorf("the network ended badly after SIGTERM: %w", c.err)
	}
	if took > drainMax {
		return took, fmt.Errorf("the network took %v to end after SIGTERM", took)
	}
	return took, nil
}

// struck reports whether the process, if it has ended, was killed.
func (c *child) struck() bool {
	select {
	case <-c.ended:
	default:
		return true
	}
	status, ok := c.command.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// SPDX-License-Identifier: Apache-2.0

package process

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeHeld is the code of a data folder that another process holds.
const CodeHeld fault.Code = "data_folder_held"

// lock is the hold on a data folder. It ends with the process, however that ends.
type lock struct {
	file *os.File
}

// hold takes the data folder for this process.
//
// Errors: Unavailable data_folder_held, naming who has it.
func hold(data, holder string) (*lock, error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap("process.Hold", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		who, _ := io.ReadAll(io.LimitReader(f, 256))
		f.Close()
		return nil, &fault.Error{Op: "process.Hold", Kind: fault.Unavailable, Code: CodeHeld, Subject: data,
			Detail: fmt.Sprintf("%s is held by %s", data, strings.TrimSpace(string(who)))}
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, fault.Wrap("process.Hold", err)
	}
	if _, err := f.WriteAt([]byte(holder+"\n"), 0); err != nil {
		f.Close()
		return nil, fault.Wrap("process.Hold", err)
	}
	return &lock{file: f}, nil
}

func (l *lock) release() { l.file.Close() }

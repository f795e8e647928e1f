// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Format is how a file lays its rows out.
type Format string

// The formats.
const (
	CSV   Format = "csv"   // RFC 4180, with a header
	JSONL Format = "jsonl" // JSON Lines, one object a row
)

// FormatOf is the format of a file: the one that is named, else the one its name ends in.
//
// Errors: Invalid format_unknown.
func FormatOf(path, name string) (Format, error) {
	if name == "" || name == "auto" {
		name = strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	}
	switch name {
	case "csv":
		return CSV, nil
	case "jsonl", "ndjson":
		return JSONL, nil
	}
	return "", wrongFile(CodeFormatUnknown, "the format must be csv or jsonl: the file's name does not end in either")
}

// Foreign is a file as it is handed in.
type Foreign interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// File is a file of merchants and stores that is read once, from its beginning to its end.
type File struct {
	Format   Format
	Encoding Encoding
	Marked   bool  // begins with a byte-order mark
	Size     int64 // in bytes

	rows   rows
	layout layout
}

// Open reads a file's header. An empty encoding is found out.
//
// Errors: Invalid file_empty, encoding_unknown, column_unknown, column_twice, column_missing and, of row 1, quote_open,
// quote_stray, row_too_long, bytes_invalid; what reading answers.
func Open(file Foreign, format Format, encoding Encoding) (*File, error) {
	f := &File{Format: format, Encoding: encoding}
	found, marked, err := detect(file)
	if err != nil && (encoding == "" || fault.CodeOf(err) == "") {
		return nil, err
	}
	if encoding == "" {
		f.Encoding = found
	}
	f.Marked = marked && f.Encoding == UTF8
	if f.Size, err = file.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	begin := int64(0)
	if f.Marked {
		begin = int64(len(byteOrderMark))
	}
	if _, err := file.Seek(begin, io.SeekStart); err != nil {
		return nil, err
	}
	if f.Size == begin {
		return nil, wrongFile(CodeFileEmpty, "the file is empty")
	}
	w := newWindow(file)
	w.done = begin
	if format == JSONL {
		f.rows, f.layout = &jsonRows{window: w, encoding: f.Encoding}, everyColumn()
		return f, nil
	}
	return f, f.header(&csvRows{window: w})
}

// header reads the names of the columns.
func (f *File) header(c *csvRows) error {
	first, err := c.next()
	switch {
	case err == io.EOF:
		return wrongFile(CodeFileEmpty, "the file holds nothing but empty lines")
	case err != nil:
		return err
	case len(first.flaws) > 0:
		return wrongFile(first.flaws[0].Code, "row 1: "+first.flaws[0].Reason)
	}
	names := make([]string, len(first.cells))
	for i, raw := range first.cells {
		text, ok := f.Encoding.text(raw)
		if !ok {
			return wrongFile(CodeBytesInvalid, "row 1, column "+decimal(i+1)+" is not all in "+string(f.Encoding))
		}
		names[i] = text
	}
	if f.layout, err = layoutOf(names, first.cells); err != nil {
		return err
	}
	for _, name := range names {
		c.header = append(c.header, strings.ToLower(strings.TrimSpace(name)))
	}
	f.rows = c
	return nil
}

// BadName is where the rows of a file that were not written go.
func BadName(path string) string { return path + ".bad.csv" }

// SetAside moves a file out of the way, if it is there: what somebody may have worked on is not written over.
func SetAside(path string) error {
	err := os.Rename(path, path+".old")
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

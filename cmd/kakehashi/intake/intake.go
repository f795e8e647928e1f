// SPDX-License-Identifier: Apache-2.0

// Package intake brings a file of merchants and stores into the books, and says of each row that it cannot bring what
// is wrong with it.
//
// A row is read, checked as an application is, compared with what the file said before and with what the books hold,
// and written only where they differ: so a file that was half written is finished by bringing it again, and one that
// was written changes nothing. There is no other memory of how far an import came. Whatever is written goes through
// the desk in acts of at most 512 facts; nothing of the file is held but the rows of a few acts and what seen.go
// needs to find repetitions.
//
// Read import.go first, then check.go.
package intake

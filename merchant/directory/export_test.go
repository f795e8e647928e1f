// SPDX-License-Identifier: Apache-2.0

package directory

// Texts is how many bytes of text are held, and how many of them are old.
func (d *Directory) Texts() (used, old int) { return d.texts.used, d.texts.old }

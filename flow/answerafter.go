// SPDX-License-Identifier: Apache-2.0

//go:build !answer_before_commit

package flow

// answerFirst is a defect that only a build with the tag answer_before_commit has: it shows that whoever looks for answers
// that a crash takes back finds them.
const answerFirst = false

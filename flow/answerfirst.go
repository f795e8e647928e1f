// SPDX-License-Identifier: Apache-2.0

//go:build answer_before_commit

package flow

// answerFirst is the defect: a batch is told to everybody before it is committed.
const answerFirst = true

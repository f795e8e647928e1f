// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
)

// setting is where a command finds the network: a configuration file, or a data folder with everything else by default.
type setting struct {
	Config  string `help:"Configuration file." type:"existingfile" xor:"where"`
	Data    string `help:"Data folder, where there is no configuration file." default:"./data" env:"KAKEHASHI_DATA"`
	Sandbox bool   `help:"The sandbox instead of the live network."`
}

// read is the configuration.
func (s *setting) read() (process.Config, error) {
	if s.Config != "" {
		return process.ReadConfig(s.Config)
	}
	c := process.Config{Data: s.Data}
	master := filepath.Join(s.Data, "master.key")
	if _, err := os.Stat(master); err == nil {
		c.MasterKey = master
	}
	return c, c.Check()
}

// operate runs a command on the network.
func (s *setting) operate(ctx context.Context, run func(o *process.Operator) error) error {
	c, err := s.read()
	if err != nil {
		return err
	}
	o, err := process.Operate(ctx, c, s.Sandbox)
	if err != nil {
		return err
	}
	defer o.Close()
	return run(o)
}

// look runs a command that only looks.
func (s *setting) look(ctx context.Context, run func(o *process.Operator) error) error {
	c, err := s.read()
	if err != nil {
		return err
	}
	o, err := process.Read(ctx, c, s.Sandbox)
	if err != nil {
		return err
	}
	defer o.Close()
	return run(o)
}

// errNothing is the error of a command that names something which is not there.
func errNothing(what string) error { return errors.New("there is no " + what) }

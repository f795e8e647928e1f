// SPDX-License-Identifier: Apache-2.0

package look

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

// AssetsPath is where assets lie on every site.
const AssetsPath = "/assets/"

// assetTypes are the kinds of files that are served, by their endings. Whatever else lies in a folder is not.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".png": "image/png", ".wasm": "application/wasm", ".json": "application/json",
}

// Assets are files that never change under their address: it holds a digest of them.
//
// Concurrency: safe for any number of callers.
type Assets struct {
	paths map[string]string // by name
	files map[string]asset  // by address
}

type asset struct {
	kind string
	data []byte
}

// NewAssets are the kit's own assets and those of a site.
//
// Invariant: the files can be read, and no two have one name.
func NewAssets(site fs.FS) *Assets {
	a := &Assets{paths: map[string]string{}, files: map[string]asset{}}
	a.add(assetFiles)
	if site != nil {
		a.add(site)
	}
	return a
}

func (a *Assets) add(tree fs.FS) {
	err := fs.WalkDir(tree, ".", func(at string, entry fs.DirEntry, err error) error {
		kind := assetTypes[path.Ext(at)]
		if err != nil || entry.IsDir() || kind == "" {
			return err
		}
		data, err := fs.ReadFile(tree, at)
		if err != nil {
			return err
		}
		name, sum := path.Base(at), sha256.Sum256(data)
		invariant.Check(a.paths[name] == "", "look: two assets are called %s", name)
		stem := strings.TrimSuffix(name, path.Ext(name))
		address := AssetsPath + stem + "." + hex.EncodeToString(sum[:6]) + path.Ext(name)
		a.paths[name], a.files[address] = address, asset{kind: kind, data: data}
		return nil
	})
	invariant.Check(err == nil, "look: the embedded assets cannot be read: %v", err)
}

// Path is the address of an asset.
//
// Invariant: it is there.
func (a *Assets) Path(name string) string {
	address := a.paths[name]
	invariant.Check(address != "", "look: no asset is called %s", name)
	return address
}

// Serve answers a request for an asset; found is false, and nothing is answered, when there is none at its address.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) (found bool) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		return false
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.data))
	return true
}

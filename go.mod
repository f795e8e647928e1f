module github.com/kakehashi-pay/kakehashi

go 1.26

require pgregory.net/rapid v1.3.0 // indirect

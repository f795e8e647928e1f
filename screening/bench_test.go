// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// inventor makes up names with the frequencies of real ones: a few given names and surnames are everywhere, most are
// rare.
type inventor struct{ r *rand.Rand }

func (v inventor) of(list string) string {
	all := strings.Fields(list)
	return all[v.r.IntN(len(all))]
}

// often draws a number below n, small ones far oftener.
func (v inventor) often(n int) int {
	x := v.r.Float64()
	return int(x * x * x * float64(n))
}

func (v inventor) latin(n int) string {
	k := v.often(n)
	parts := strings.Fields("ka mo re sti va lon dri bek ma zo pra nel gu tor fi las hem ju ro wi ka den osk ari che")
	word := ""
	for range 2 + k%3 {
		word += parts[k%len(parts)]
		k = k/len(parts)*7 + k%11
	}
	return word + fmt.Sprint(string(rune('a'+k%26)))
}

func (v inventor) han(letters string, count int) string {
	all := []rune(letters)
	var word []rune
	for range count {
		word = append(word, all[v.often(len(all))])
	}
	return string(word)
}

const (
	surnameHan = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
	givenHan   = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲波鑫斌宇浩凯健俊帆雷晨旭阳建国志海林峰龙春红玉梅华云飞翔宁欣雪琴振东生福祥瑞嘉恒泰丰盛宏达通源"
)

func (v inventor) person() (string, []string) {
	if v.r.IntN(4) == 0 {
		name := v.han(surnameHan, 1) + v.han(givenHan, 2)
		return v.latin(300) + " " + v.latin(3000), []string{name}
	}
	given, middle, family := v.latin(2_000), v.latin(2_000), v.latin(120_000)
	return given + " " + middle + " " + family, []string{family + " " + given, given + " " + v.latin(120_000)}
}

func (v inventor) company() (string, []string) {
	word := v.latin(200_000)
	form := v.of("Trading Shipping Holdings International Technology Logistics Construction Energy Marine Foods")
	han := v.han(givenHan+surnameHan, 3) + v.of("科技有限公司 贸易有限公司 国际物流有限公司 商事株式会社 工業株式会社 建設 电子有限公司")
	return word + " " + form + " Co., Ltd.", []string{strings.ToUpper(word), word + " " + v.latin(50_000) + " LLC", han}
}

func invented(entries int) List {
	v := inventor{rand.New(rand.NewPCG(1, 2))}
	list := make([]Entry, entries)
	for i := range list {
		e := Entry{ID: fmt.Sprintf("invented-%06d", i), Schema: "Person", Dataset: "invented"}
		if i%3 == 0 {
			e.Schema = "Company"
			e.Name, e.Aliases = v.company()
		} else {
			e.Name, e.Aliases = v.person()
		}
		list[i] = e
	}
	return NewList(list)
}

func BenchmarkNewIndex(b *testing.B) {
	list := invented(100_000)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(list)
	}
}

func BenchmarkScreen(b *testing.B) {
	x := NewIndex(invented(100_000))
	v := inventor{rand.New(rand.NewPCG(3, 4))}
	var subjects []Subject
	for i := range 3_000 {
		s := Subject{Kind: Person}
		if i%4 > 0 {
			s.Kind = Company
			name, aliases := v.company()
			s.Names = []string{name, aliases[2]}
		} else {
			name, aliases := v.person()
			s.Names = []string{name, aliases[0]}
		}
		subjects = append(subjects, s)
	}
	hits := 0
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		verdict, err := x.Screen(subjects[i%len(subjects)], Standard())
		if err != nil {
			b.Fatal(err)
		}
		hits += len(verdict.Hits)
		i++
	}
	b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
	b.ReportMetric(float64(len(x.names)), "names")
	b.ReportMetric(float64(len(x.terms)), "terms")
}

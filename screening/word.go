// SPDX-License-Identifier: Apache-2.0

package screening

// legalForms say under which law a company stands. They are left out of a company's name: nothing is alike because of
// them.
const legalForms = `
co; co ltd; company; company limited; company ltd; ltd; limited; inc; incorporated; corp; corporation; llc; l l c;
llp; lp; plc; gmbh; g m b h; ag; kg; ohg; se; sa; s a; sas; s a s; sarl; s a r l; spa; s p a; srl; s r l; bv; b v;
nv; n v; oy; oyj; ab; a s; aps; pte; pte ltd; pty; pty ltd; pvt; pvt ltd; private limited; bhd; sdn bhd; sdn; pt;
tbk; jsc; ojsc; pjsc; cjsc; ooo; oao; zao; ao; pao; fze; fzco; fz llc; kk; k k; kabushiki kaisha; kabushiki gaisha;
kabushikikaisha; kabushikigaisha; yk; y k; yugen kaisha; yugen gaisha; yugengaisha; godo kaisha; godo gaisha;
goudou kaisha; goudou gaisha; gk; g k; godogaisha; goshi kaisha; youxian gongsi; gufen youxian gongsi;
youxian zeren gongsi; de rl; de cv; de c v; s de r l; the; of; and; for; de; et; und; y; 株式会社; 有限会社; 合同会社; 合資会社;
合名会社; 一般社団法人; 一般財団法人; 公益社団法人; 公益財団法人; 社団法人; 財団法人; 特定非営利活動法人; 医療法人社団; 医療法人; 学校法人; 宗教法人; 社会福祉法人; 独立行政法人; 協同組合; 株; 有;
同; 資; 名; 医; 学; 股份有限公司; 有限责任公司; 有限公司; 公司; 会社; カブシキガイシャ; ユウゲンガイシャ; ゴウドウガイシャ; 주식회사; 유한회사`

// commonWords stand in very many companies' names. A line, or what a bar cuts from it, is one meaning in all its
// writings: those count as the same word, and a word of the list counts little, whatever the list's own frequencies
// say.
const commonWords = `
trading; trade; traders; tradings; torihiki; shoji; shouji; syouji; boeki; maoyi; 商事; 貿易; トレーディング; トレード; 貿易商社; 商貿
shokai; shoukai; 商会
shoten; shop; store; stores; 商店; ショップ; ストア; 商行; 店; 本店
import; export; imports; exports; importers; exporters; impex; imp; exp; 輸出入; 進出口; 輸入; 輸出; 进口; 出口
holding; holdings; hd; hldgs; ホールディングス; ホールディング; 控股
group; grp; groups; グループ; 集団; 集团
international; intl; int; kokusai; インターナショナル; 国際; guoji
global; worldwide; world; グローバル; ワールド; 世界; 環球; 全球
enterprise; enterprises; entreprise; kigyo; エンタープライズ; 企業; 实业; 実業; shiye
industry; industries; industrial; kogyo; kougyo; kougyou; インダストリー; 工業; 産業; 興業; gongye; sangyo; sangyou
manufacturing; manufacturer; factory; works; seisakusho; 製作所; 製造; 工場; 制造; 工业园
construction; builders; building; kensetsu; komuten; koumuten; 建設; 工務店; 建筑; 建築; 建材
engineering; engineers; エンジニアリング; 工程; 技研; 技術
technology; technologies; tech; technical; テクノロジー; テクノロジーズ; テック; 科技; keji; 技术
electronics; electronic; electric; electrical; denki; denshi; エレクトロニクス; 電機; 電気; 電子; 電器; dianzi
system; systems; システム; システムズ; 系統
software; soft; ソフト; ソフトウェア; 軟件
information; info; data; データ; 情報; 信息; 数据; 网络; 網絡; network; networks; ネットワーク; net
service; services; サービス; 服務; 服务有限
consulting; consultants; consultancy; advisory; コンサルティング; 咨詢; 顧問
investment; investments; invest; capital; ventures; partners; インベストメント; キャピタル; パートナーズ; 投資; touzi; 資本
finance; financial; bank; banking; ginko; ファイナンス; 銀行; 金融; 財務
insurance; assurance; 保険
trust; fund; funds; foundation; 基金; 財団; ファンド
property; properties; realty; estate; estates; real; land; housing; fudosan; 不動産; 房地産; 地産; 住宅; ハウジング; ランド; 置業
development; developments; developers; 開発; 发展; 発展
logistics; logistic; transport; transportation; freight; cargo; express; unyu; butsuryu; ロジスティクス; 運輸; 物流; 運送; 貨運; 通運; 速運
shipping; marine; maritime; lines; line; shipmanagement; navigation; kaiun; 海運; 船舶; 航運; 船務; 汽船
airline; airlines; airways; aviation; air; 航空; エアライン
travel; tours; tour; tourism; kanko; kankou; トラベル; ツアー; 観光; 旅行; 旅游; 旅遊
hotel; hotels; inn; resort; resorts; ryokan; ホテル; 旅館; 酒店; 飯店; 旅舎; リゾート
restaurant; restaurants; dining; kitchen; shokudo; レストラン; キッチン; ダイニング; 食堂; 料理; 料理店; 餐庁; 餐飲; 酒家
cafe; coffee; カフェ; 喫茶; 珈琲; コーヒー; 珈琲店
bar; pub; izakaya; 居酒屋; 酒場; バー; スナック
food; foods; shokuhin; フーズ; フード; 食品; 农产品; 食材
fishery; fisheries; seafood; suisan; 水産; 漁業; 渔业 | precision; 精密 | instrument; instruments; 計器; 儀器
beverage; beverages; drinks; brewery; 飲料; 酒造; 酒業
drug; drugs; pharmacy; pharma; pharmaceutical; pharmaceuticals; yakkyoku; seiyaku; ドラッグ; 薬局; 製薬; 薬品; 医薬; 葯業; 制葯
medical; clinic; hospital; health; healthcare; メディカル; クリニック; 医院; 病院; 医療; 歯科; 診所
beauty; salon; cosmetics; cosmetic; hair; ビューティー; サロン; 美容; 美容室; 美容院; 化粧品; 理容
fashion; apparel; clothing; garment; garments; textile; textiles; ファッション; アパレル; 服飾; 紡織; 繊維; 衣料; 服装
auto; automobile; motor; motors; cars; car; jidosha; モーター; モータース; 自動車; 汽車
chemical; chemicals; kagaku; ケミカル; 化学; 化工
metal; metals; metalworks; kinzoku; メタル; 金属 | steel; iron; スチール; 製鉄; 鋼鉄; 鉄工; 鉄工所
machinery; machine; machines; equipment; kikai; マシナリー; 機械; 機器; 設備; 機械設備
energy; power; petroleum; oil; gas; エネルギー; 能源; 石油; 燃料; 電力
mining; minerals; 鉱業; 鉱産
agriculture; agricultural; agri; farm; farms; nogyo; ファーム; 農業; 農園; 農産
design; designs; デザイン; 設計
media; メディア; 伝媒 | entertainment; エンターテイメント | studio; studios; スタジオ | pictures | music | 文化; 文化伝播
publishing; press; shuppan; 出版; 出版社; 印刷
school; スクール; 学校; 学園; 学院 | academy; アカデミー | college; university; 大学 | education; 教育 | institute; 研究所; 研究院
association; society; 協会 | union; federation; 連合; 聯合; 組合 | council; committee; 委員会 | organization; organisation
department | ministry | agency; bureau | office; オフィス; 事務所 | center; centre; センター; 中心 | 本部 | 支店; 分公司; 営業所
management; administration; マネジメント; 管理; 経営
solution; solutions; ソリューション; ソリューションズ; 解决方案
product; products; goods; supply; supplies; プロダクト; プロダクツ; 用品; 製品; 商品; 百貨; 物産; 物资
general; sogo; ジェネラル; 総合; 綜合
new; shin; ニュー; 新
first; dai ichi; daiichi; ファースト; 第一
pacific; pan; パシフィック; 太平洋
united; unity; allied; ユナイテッド; 聯合国
national; state; ナショナル; 国家; 国営; 国立
east; eastern; 東方 | west; western; 西部 | north; northern; 北方 | south; southern; 南方 | central; 中央
asia; asian; アジア; 亜洲 | 東亜 | far
japan; japanese; nippon; nihon; ジャパン; ニッポン; ニホン; 日本
china; chinese; sino; チャイナ; 中国; 中華
hong kong; hongkong; hk; ホンコン; 香港
taiwan; タイワン; 台湾
korea; korean; コリア; 韓国
singapore; シンガポール; 新加坡
tokyo; トーキョー; トウキョウ; 東京
osaka; オーサカ; オオサカ; 大阪
kyoto; キョウト; 京都
yokohama; ヨコハマ; 横浜
nagoya; ナゴヤ; 名古屋
kobe; コウベ; 神戸
fukuoka; フクオカ; 福岡
sapporo; サッポロ; 札幌 | hokkaido; ホッカイドウ; 北海道
okinawa; オキナワ; 沖縄
beijing; 北京; ペキン
shanghai; 上海; シャンハイ
shenzhen; 深圳
guangzhou; 広州 | guangdong; 広東
tianjin; 天津
hangzhou; 杭州 | zhejiang; 浙江 | ningbo; 寧波
nanjing; 南京 | jiangsu; 江蘇 | suzhou; 蘇州
shandong; 山東 | qingdao; 青島
dalian; 大連 | liaoning; 遼寧 | shenyang; 瀋陽
xiamen; 厦門 | fujian; 福建
moscow | london; ロンドン | paris; パリ | dubai | tehran | york | america; american; usa; us; アメリカ | uk
european; europe; euro; ヨーロッパ
street | road | city | town | park | plaza; プラザ | mall | market; マーケット; 市場 | mart; マート; 超市; 超級市場; スーパー; super
house; ハウス | home; ホーム | room | club; クラブ; 倶楽部 | garden; ガーデン; 花園
book; books; ブック; ブックス; 書店; 書房
flower; flowers; florist; フラワー; 生花店; 花店
toy; toys | hobby | game; games; ゲーム | sports; sport; スポーツ; 体育
digital; デジタル | online; オンライン | web; ウェブ | mobile; モバイル | communication; communications; telecom; 通信; 電信; 通訊
security; セキュリティ; 警備; 保安 | environment; environmental; 環境; 環保 | cleaning; クリーニング | recycle; リサイクル
creative; クリエイティブ | planning; 企画; プランニング; 策划 | advertising; 広告 | marketing; マーケティング`

// plainWords are ordinary words that very many shops are called by. They tell something, but little.
const plainWords = `
blue; green; red; white; black; gold; golden; silver; orange; purple; pink; big; great; grand; good; happy; lucky;
sunny; royal; king; queen; crown; prince; imperial; star; stars; sun; moon; sky; sea; ocean; river; lake; island;
bay; harbor; harbour; port; beach; wave; mountain; hill; valley; forest; wood; tree; leaf; rose; lily; lotus; maple;
cherry; bamboo; sakura; fuji; flora; spring; summer; autumn; winter; sunrise; sunset; rainbow; crystal; diamond;
pearl; jade; dragon; phoenix; tiger; lion; eagle; horse; panda; bird; fish; angel; dream; hope; peace; love; life;
light; bright; smart; quick; speed; fast; best; top; prime; premium; elite; ace; alpha; omega; delta; sigma;
victory; success; fortune; treasure; future; century; millennium; time; modern; classic; oriental; orient; paradise;
heaven; palace; castle; tower; bridge; gate; arch; view; vision; link; point; line; wing; wings; one; two; three;
next; plus; max; pro; eco; bio; neo; trans; inter; uni; omni; apex; summit; peak; zenith; atlas; titan; apollo;
venus; mercury; jupiter; galaxy; サクラ; ヒマワリ; スミレ; モミジ; カエデ; ツバメ; アオゾラ; ミドリ; ヒカリ; ノゾミ; キボウ; サンライズ; ドラゴン; フジ; スター; ブルー;
グリーン; ゴールド; ロイヤル; 桜; 富士; 平和; 東洋; 旭; 朝日; 日光; 大和; 昭和; 大正; 明治; 太陽; 三光; 大東; 東海; 北海; 北洋; 南海; 光; 緑; 青空; 希望; 友愛; 松竹; 明珠;
金龙; 东升; 华丰; 长江; 黄河; 和平; 友谊; 光明; 长城; 大地; 阳光; 天元; 恒通; 永兴; 瑞祥; 宏大; 鸿运; 吉祥; 富贵; 龙; 凤凰; 红星; 东方红`

// particles stand in many persons' names and tell nobody from another. They are left out.
const particles = `
al; el; ul; ur; ad; as; ash; abdul; abdel; abdal; abdur; abdoul; bin; bint; ben; ibn; abu; abd; de; da; do; dos;
das; di; del; della; la; le; van; von; der; den; zu; mr; mrs; ms; dr; prof; sir; sheikh; shaikh; haji; hajji; jr;
sr; sama; 様; 氏; 殿; サマ`

// knownNames are the commonest surnames and given names of Japan in Latin letters. One of them is never another's
// misspelling: Sato and Saito are one letter apart and are two families, and so are Keiko and Reiko two persons.
const knownNames = `
sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto
inoe kimura hayashi saito shimizu yamazaki yamasaki mori abe ikeda hashimoto yamashita ishikawa nakajima nakashima
maeda fujita ogawa goto okada hasegawa murakami kondo ishi sakamoto endo aoki fuji nishimura fukuda ota miura
fujiwara okamoto matsuda nakagawa nakano harada ono tamura takeuchi kaneko wada nakayama ishida ueda morita hara
shibata sakai kudo yokoyama miyazaki miyamoto uchida takagi ando taniguchi maruyama imai takada fujimoto takeda
murata ueno sugiyama masuda sugawara hirano kojima otsuka chiba kubo matsui iwasaki sakurai kinoshita noguchi matsuo
nomura kikuchi sano onishi sugimoto arai hamada furukawa ichikawa komatsu shimada mizuno yoshikawa yamauchi nishida
kikuta matsushita kawakami kawaguchi kawamura kitamura yasuda kawasaki iida higuchi oshima nagata nakata okazaki
tsuchiya hattori otani aizawa hirata fujikawa fujioka matsubara matsumura akira akiko akihiro akemi asuka ayako
ayumi chieko chiharu daiki emi emiko etsuko fumiko fumio hajime haruka haruki haruko harumi hideaki hideki hideko
hideo hiroki hiroko hiromi hiroshi hiroto hiroyuki hisako hitomi hitoshi isamu jiro junichi junko kaori kazuhiko
kazuhiro kazuki kazuko kazumi kazuo kazuya keiichi keiko keisuke keiji kenichi kenji kenta kiyoko kiyoshi koichi
koji kumiko kyoko maiko makoto mamoru manabu mariko masahiro masako masami masao masaru masashi masato masayuki
mayumi megumi michiko midori mieko miki minoru misaki mitsuko mitsuo mitsuru miyuki motoko naoki naoko naomi naoto
natsuki natsuko nobuko nobuo nobuyuki noriko norio osamu reiji reiko rieko ryoichi ryoko ryosuke ryota sachiko
sakura satoru satoshi sayuri seiichi seiji seiko setsuko shigeo shigeru shinichi shinji shinya shizuko shoichi shoji
shota sumiko susumu tadao tadashi takahiro takako takao takashi takayuki takeo takeshi takuma takumi takuya tamotsu
taro tatsuo tatsuya tetsuo tetsuya tomoko tomomi toru toshiaki toshiko toshio tsutomu tsuyoshi yasuhiro yasuko yasuo
yasushi yoichi yoko yoshiaki yoshie yoshihiro yoshiko yoshimi yoshio yosuke yuichi yuji yuka yukari yukiko yukio
yuko yumi yumiko yuriko yusuke yuta yutaka`

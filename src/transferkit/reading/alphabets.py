"""The letters of languages, the frequent ones first: by these it is told in which encoding a text makes sense."""

_CYRILLIC = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оаниівтерслкдумпязьгбчйхжїцшюєщфґ",
    "Belarusian": "аіноерстклдувмпяыьўзцгбйчшхюжёфэ",
    "Bulgarian": "аиоентрсвлкдпмзгяъубчцйжщхфюшь",
    "Serbian": "аиоенрстујквдмплгзбчшцхжћфљњђџ",
    "Macedonian": "аиоетнрсвдкплмујзгбчцшжхфќњѓљџѕ",
}
_LATIN = {
    "English": "etaoinshrdlcumwfgypbvkxjqz",
    "German": "enisratdhulcgmobwfkzpvüäßöjyxq",
    "Dutch": "enatirodslghvkmubpwjczfxyëéïqüöè",
    "French": "esaitnrulodcpmévqfbghjàxèêyzwçkâùîôûœïëæ",
    "Italian": "eaionlrtscdupmvghfbqzàèùòìkéywxj",
    "Spanish": "eaosrnidlctumpbgvóyqíhfzjáéñxúkw¿¡üºª",
    "Catalan": "easrlitnoucdmpvbgfqhàéxíçjóèyòzúüï·kw",
    "Portuguese": "aeosrindmutclpvghqbfzãçáéíjõxóêâàúôkwyºüª",
    "Swedish": "eantrsildomkgvfhupäåböcyjxzéwq",
    "Danish": "enrtdaisolgkmfvubhpåøyæcjzwxéq",
    "Norwegian": "enrtaisldogkmvfupbhøjyåæcwzxéqò",
    "Finnish": "aintesloukämvrjhypdögbfcwåqxzšž",
    "Icelandic": "arniestulðgmkfhvoáþídjóbæyúöpéýcxwzq",
    "Estonian": "aiestlunokrdmvgpjhäbõüföcšzžywqx",
    "Faroese": "anriteslugkðvmáíøhjýódybúpæfcxwzq",
    "Albanian": "etiarnsmujoëdhkplvgqfbczyxçw",
    "Esperanto": "aieonlsrtkjudmpvgfbcĝĉŭzŝhĵĥ",
    "Maltese": "aitljnermudsħgbokpżfċwhġqvxzà",
    "Welsh": "adynielrohwgftscumbpvjkŵâŷêôîûïáéöëqxz",
    "Polish": "iaeoznrwsctykdpmujlłbgęhąóżśćfńźqvx",
    "Czech": "eoantisvrlkdpmuíázyjchběřýžéčšůfgúxňťóďwq",
    "Slovak": "oaeinrstvlkmdcupjzyhbáíéčýžšúgťľfxôóäňďwqĺŕ",
    "Slovene": "eaionrsltjvkdpmuzbgčhšcžfyxwqćđ",
    "Croatian": "aioenrsjtuldkvmpgzbčhšcžćfđyxwq",
    "Hungarian": "eatlnskomzrigáéydbvhjőfupöócíúüxűwq",
    "Romanian": "eiarntulocsdpmăfvîgbşţzhâjxkyșțwq",
    "Turkish": "aeinrlıdkmuytsboüşzgçğhvcöpfjwxqâîû",  # noqa: RUF001
    "Lithuanian": "iasteorunklmpdvjgbėyųšžcąįūfzčhęxwq",
    "Latvian": "aistenurolkdmpvāzgījbēšcfūņļķģžčhxwqy",
    "Vietnamese": "nhtigcaoumđlrseê\u0301\u0300\u0323ưvpbydâăàáôơk\u0309\u0303qxéèíóúùfwjz",
}
LETTERS = {
    **_LATIN,
    **_CYRILLIC,
    "Greek": "ατοιενσρηκπςυμλίόάγέδήωχθύφβώξζψϊϋΐΰ",
    "Hebrew": "יוהלאתרבשמנםחדקעפטגכסזןצךףץ",
    "Arabic": "اليمنرتوبةعدسفهكقأحجشطصىخإذضغثزئءظآؤًٌٍَُِّْ",
    "Persian": "ايرندهمتوبسشکلزگفعجخقپحآطصچغذضثئژظء\u200c",
    "Urdu": "ايکرنےہتسومںدبلجپھعشفگقحٹخچآطصزئضڑذڈظغثءؤژ",
    "Thai": "านร่อกเง้มยลัวดทสีติะปบคหแ็จพชข์ำึใืุไโูผถธศณภซๆญฐษฟฮฎฏฉฝฒฌฆฬ๊๋ฯ",
}
"""Language -> its letters in lower case."""
LATIN, CYRILLIC = frozenset(_LATIN), frozenset(_CYRILLIC)
LOANED = frozenset("éèêëáàâäãåíîïóôöøúûüñç")
"""Letters in names and words from elsewhere, whatever Latin alphabet a language has."""

HIRAGANA = (
    "のにるたとはしいをでてがなれからさっりすあもこまうくよきんめおけそつだやえどわちみせじばへびずろほげ"
    "むべひょゆぶごゃねふぐぎぼゅづざぞぬぜぱぽぷぴぃぁぇぺゞぢぉぅゐゝゑゎ"
)
KATAKANA = (
    "ーンスルトリイアラックドシレジタフロカテマィグバムプオコデニウメサビナブャエュチキズダパミェョハセベガモ"
    "ツネボソノァヴワポペピケゴギザホゲォヤヒユヨヘゼヌゥゾヶヂヲヅヵヱヰヮヽヾ・"
)
KANJI = (
    "日人一大年会国本中出事時行者自分間生上部社合方気学地前場今物手使対発業当表内定的法作見度動用化名新最"
    "体小性心同面無利通不入力文字設指要書子言話何思来食屋朝店品容配待長後二高東三金月下目明主代理市田山連"
    "私女回円全員安思電車買値段悪良美味速遅返送料届切初楽好嫌"
)
SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边张该交规万取格望觉领共确传师清今切院让识候带吗吧呢错买服店快慢房间差"
    "价钱质喜欢"
)
TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
    "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
    "日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政"
    "美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員"
    "解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件"
    "計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象"
    "完設式色路記南品住告類求據程北邊張該交規萬取格望覺領共確傳師清今切院讓識候帶嗎吧呢錯買服店快慢房間差"
    "價錢質喜歡"
)
HANGUL = (
    "이다는을의가에고지하로기서은한도사자리나인스시어아정대그부일해수있를보전들제만과장여상주안으구라용비공조"
    "면원게니동었우적무문치소선유미요습음성오경마계할없개르신세교된방진모위까했되결두것중내관행업분연화거실번"
    "물생명당발식산재년통국회와간불진청강양같파드임러속입평점설영려말표요저반단않못좋배책빠느싸맛"
)

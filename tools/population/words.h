/* Words that the names of the population are made of. */
#ifndef SENDERWATCH_POPULATION_WORDS_H
#define SENDERWATCH_POPULATION_WORDS_H

static const char *const word_syllables[] = { "a", "i", "u", "e", "o", "ka",
	"ki", "ku", "ke", "ko", "sa", "shi", "su", "se", "so", "ta", "chi",
	"tsu", "te", "to", "na", "ni", "nu", "ne", "no", "ha", "hi", "fu",
	"he", "ho", "ma", "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra", "ri",
	"ru", "re", "ro", "wa", "n", "ga", "gi", "gu", "go", "za", "ji", "zu",
	"da", "do", "ba", "bi", "bu", "be", "kyo", "sho", "ryu", "cho", "hyo" };

static const char *const word_firsts[] = { "nihon", "shin", "dai", "hoshi",
	"sakura", "fuji", "yama", "kawa", "mori", "umi", "aoi", "midori",
	"hikari", "asahi", "minami", "kita", "higashi", "nishi", "chuo",
	"heiwa", "mirai", "tsubasa", "e", "my", "the", "web", "net", "eco" };

static const char *const word_trades[] = { "kensetsu", "koumuten", "denki",
	"shokuhin", "sangyo", "kogyo", "shoji", "bussan", "unyu", "kaikei",
	"dental", "clinic", "shika", "gakuen", "farm", "design", "works",
	"shop", "cafe", "hotel", "ryokan", "sushi", "studio", "labo", "tech",
	"system", "soft", "net", "jimusho", "fudosan", "home", "kai" };

static const char *const word_japanese[] = { "日本", "東", "西", "山田", "鈴木",
	"佐藤", "建設", "工業", "食品", "電気", "旅館", "温泉", "歯科", "医院",
	"学園", "農園", "商店", "不動産", "会計", "事務所", "株式会社", "協会",
	"カフェ", "ホテル", "デザイン", "システム", "サービス", "ショップ", "さくら",
	"ひかり", "みらい", "あおぞら", "花", "海", "森", "星", "川", "桜", "本舗",
	"屋", "堂", "工房", "研究所", "通販", "求人", "保険", "葬儀", "整体", "美容",
	"写真", "時計", "着物", "酒", "茶", "米", "寿司", "ラーメン", "教室" };

#endif

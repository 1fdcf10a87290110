#include "pii_words.h"

#include <string.h>

#define TEXTS   (1U << QN_FAMILY_TEXT)
#define NUMBERS (1U << QN_FAMILY_INTEGER | 1U << QN_FAMILY_NUMERIC)
#define DAYS    (1U << QN_FAMILY_DATE | 1U << QN_FAMILY_TIMESTAMP)
#define SECRETS (TEXTS | 1U << QN_FAMILY_BYTES | 1U << QN_FAMILY_UUID | 1U << QN_FAMILY_JSON)
#define LISTS   (1U << QN_FAMILY_ARRAY | 1U << QN_FAMILY_JSON | 1U << QN_FAMILY_OTHER)

/* Words are parted by blanks; "+" joins tokens that follow each other, what begins with a byte
 * over 127 is looked for anywhere. */
struct rule {
    enum qn_pii pii;
    unsigned families;
    const char *words;
};

static const struct rule rules[] = {
    {QN_PII_SECRET, SECRETS,
     "password passwd passwort pwd passphrase passcode secret token salt otp cvv cvc credential "
     "api+key apikey private+key access+key secret+key encryption+key pin+code pin+hash cookie "
     "mima kouling miyao 密码 密钥 口令 令牌 验证码 パスワード"},
    {QN_PII_EMAIL, TEXTS | LISTS,
     "email mail e+mail mailbox youxiang youjian 邮箱 邮件地址 电子邮件 メール"},
    {QN_PII_IP, TEXTS | 1U << QN_FAMILY_NETWORK,
     "ip ipaddr ipaddress ipv4 ipv6 remote+addr remote+address ip地址"},
    {QN_PII_CARD, TEXTS | NUMBERS,
     "card+number card+no card+num cardno cardnumber creditcard credit+card debit+card bank+card "
     "pan yinhangka kahao 银行卡 信用卡 卡号"},
    {QN_PII_IBAN, TEXTS | NUMBERS,
     "iban bank+account account+number account+no account+num bankaccount yinhangzhanghao "
     "银行账号 银行账户 银行帐号"},
    {QN_PII_ID_NUMBER, TEXTS | NUMBERS,
     "ssn social+security passport national+id nationalid citizen+id identity+card identity+number "
     "id+card idcard tax+id taxpayer driver+license drivers+license driving+licence "
     "driver+licence license+number nric cpf aadhaar curp insurance+number sfz shenfenzheng huzhao "
     "身份证 护照 证件号 社保号 驾驶证"},
    {QN_PII_BIRTH, TEXTS | DAYS | NUMBERS,
     "birth birthday birthdate birthyear dob born date+of+birth geburtsdatum shengri chusheng "
     "生日 出生 誕生日"},
    {QN_PII_PHONE, TEXTS | NUMBERS | LISTS,
     "phone phoneno phonenumber telephone tel telno mobile mobileno mobilephone cell cellphone fax "
     "msisdn whatsapp wechat handy shouji dianhua lianxifangshi 手机 电话 联系方式 传真 微信 電話"},
    {QN_PII_ADDRESS, TEXTS | LISTS,
     "address addr street postcode zipcode postal+code zip house+number apartment dizhi zhuzhi "
     "地址 住址 门牌 邮编 住所"},
    {QN_PII_NAME, TEXTS,
     "first+name firstname fname forename given+name givenname last+name lastname lname surname "
     "family+name familyname full+name fullname middle+name middlename maiden+name real+name "
     "realname nick+name nickname username user+name login+name screen+name customer+name "
     "client+name employee+name person+name patient+name student+name teacher+name member+name "
     "contact+name recipient+name receiver+name sender+name buyer+name author+name owner+name "
     "holder+name cardholder guest+name passenger+name driver+name consignee payee beneficiary "
     "xingming lianxiren shouhuoren shoujianren nicheng yonghuming 姓名 真实姓名 联系人 收货人 "
     "收件人 "
     "昵称 用户名 客户名 员工名 氏名 名前"},
};

/* With one of these a name is about the thing, not the thing itself. */
static const char about[] =
    "type status count cnt flag is has verified enabled template subject format length policy "
    "domain category kind level attempt expire expiry expires expired changed updated created "
    "sent required valid opt consent preference provider score company product brand mac wallet "
    "file 类型 状态 数量 次数 是否 公司 企业 产品 商品 供应商";

static const char people[] =
    "user customer client employee staff person people patient student teacher member contact "
    "author doctor driver subscriber guest passenger candidate applicant donor buyer resident "
    "citizen player actor lead recipient parent child colleague worker manager "
    "yonghu kehu yuangong renyuan huiyuan xuesheng laoshi";

static const char *const people_zh[] = {"用户", "客户", "员工", "人员", "会员",  "学生",
                                        "老师", "教师", "患者", "病人", "联系人"};
static const char *const endings_zh[] = {"信息", "资料", "档案", "表"};

/* May follow the word for people in a table's name. */
static const char endings[] = "info profile detail account data tbl table record base master main "
                              "archive old history list xinxi";

static const char plain_names[] = "name display+name full+name nick alias mingzi 名字 名称 姓名";

static const char codes[] = "order invoice code sku serial tracking reference ref number no key id "
                            "version ean isbn barcode lot batch 编号 单号 订单 条码";

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ((unsigned char)c & 0x80) != 0;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A word ends between these two. */
static bool parts(char before, char c, char after)
{
    if (is_digit(before) != is_digit(c) && before != '\0') {
        return true;
    }
    return is_upper(c) && is_letter(before) &&
           (!is_upper(before) || (is_letter(after) && !is_upper(after)));
}

/* Of a word that ends at n: without the s of a plural. */
static size_t singular(const char *out, size_t start, size_t n)
{
    if (n - start > 6 && memcmp(out + n - 4, "sses", 4) == 0) {
        return n - 2;
    }
    if (n - start > 3 && out[n - 1] == 's' && strchr("sui", out[n - 2]) == NULL) {
        return n - 1;
    }
    return n;
}

void qn_pii_tokens(const char *name, char out[QN_PII_NAME_MAX])
{
    size_t n = 1, start = 1;

    out[0] = '|';
    for (size_t i = 0; name[i] != '\0' && n + 3 < QN_PII_NAME_MAX; i++) {
        char before = i > 0 ? name[i - 1] : '\0';

        if (n > start &&
            (parts(before, name[i], name[i + 1]) || (!is_letter(name[i]) && !is_digit(name[i])))) {
            n = singular(out, start, n);
            out[n++] = '|';
            start = n;
        }
        if (is_letter(name[i]) || is_digit(name[i])) {
            out[n++] = (char)(is_upper(name[i]) ? name[i] - 'A' + 'a' : name[i]);
        }
    }
    if (n > start) {
        n = singular(out, start, n);
        out[n++] = '|';
    }
    out[n] = '\0';
}

/* One word of a list, up to len bytes; whole: it must be all of the name. */
static bool has_word(const char *tokens, const char *text, const char *word, size_t len, bool whole)
{
    char pattern[64];
    size_t n = 0;

    if (len + 3 > sizeof(pattern)) {
        return false;
    }
    if (((unsigned char)word[len - 1] & 0x80) != 0) {
        memcpy(pattern, word, len);
        pattern[len] = '\0';
        return whole ? strcmp(text, pattern) == 0 : strstr(text, pattern) != NULL;
    }
    pattern[n++] = '|';
    for (size_t i = 0; i < len; i++) {
        pattern[n++] = word[i] == '+' ? '|' : word[i];
    }
    pattern[n++] = '|';
    pattern[n] = '\0';
    return whole ? strcmp(tokens, pattern) == 0 : strstr(tokens, pattern) != NULL;
}

static bool has_any(const char *tokens, const char *text, const char *words, bool whole)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");

        if (has_word(tokens, text, words, len, whole)) {
            return true;
        }
        words += len;
        words += *words == ' ';
    }
    return false;
}

enum qn_pii qn_pii_of_name(const char *tokens, const char *text, enum qn_family family)
{
    if (has_any(tokens, text, about, false)) {
        return QN_PII_NONE;
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if ((rules[i].families & 1U << family) != 0 &&
            has_any(tokens, text, rules[i].words, false)) {
            return rules[i].pii;
        }
    }
    return QN_PII_NONE;
}

/* Up to the last token that is neither an ending nor a number. */
static void cut_endings(char *tokens)
{
    size_t n = strlen(tokens);

    while (n > 1) {
        size_t start = n - 1;

        while (start > 0 && tokens[start - 1] != '|') {
            start--;
        }
        if (!is_digit(tokens[start]) &&
            !has_any(start > 0 ? tokens + start - 1 : tokens, tokens + start, endings, true)) {
            return;
        }
        tokens[start] = '\0';
        n = start;
    }
}

/* "客户", "t_用户信息"; not "用户角色". */
static bool is_people_zh(const char *text)
{
    for (size_t i = 0; i < sizeof(people_zh) / sizeof(people_zh[0]); i++) {
        const char *found = strstr(text, people_zh[i]);
        const char *rest = found != NULL ? found + strlen(people_zh[i]) : "";

        if (found != NULL && ((unsigned char)*rest & 0x80) == 0) {
            return true;
        }
        for (size_t k = 0; k < sizeof(endings_zh) / sizeof(endings_zh[0]); k++) {
            if (strncmp(rest, endings_zh[k], strlen(endings_zh[k])) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool qn_pii_is_people(const char *tokens, const char *text)
{
    char cut[QN_PII_NAME_MAX];
    const char *last;

    memcpy(cut, tokens, strlen(tokens) + 1);
    cut_endings(cut);
    last = cut;
    for (const char *c = cut; *c != '\0'; c++) {
        last = *c == '|' && c[1] != '\0' ? c : last;
    }
    return has_any(last, text, people, false) || is_people_zh(text);
}

bool qn_pii_is_plain_name(const char *tokens, const char *text)
{
    return has_any(tokens, text, plain_names, true);
}

bool qn_pii_is_code(const char *tokens, const char *text)
{
    return has_any(tokens, text, codes, false);
}

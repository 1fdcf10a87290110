#include "relation_lexicon.h"

#include "common/utf8.h"
#include <stdlib.h>
#include <string.h>

#define SLOTS 8192 /* some times the number of words */

/* Words of one meaning, parted by blanks, in their usual form. */
struct class
{
    unsigned flags;
    const char *words;
};

static const struct class classes[] = {
    {QN_WORD_KEY,
     "id key no nr num nbr number code cd uuid guid pk fk sk bk ref reference oid rowid bh "
     "bianhao dm daima hao idx ident identifier nummer kennung schluessel kz sleutel codigo "
     "numero clave 编号 代码"},
    {QN_WORD_NOISE,
     "tbl tab t tb mst master hdr header info inf lkp lookup dim fact fct stg ods dwd dws xx "
     "xinxi biao zd 表 信息 app"},
    {QN_WORD_MEASURE,
     "count cnt qty quantity amount amt total sum price cost value val rate ratio percent pct "
     "percentage score point rating version revision rev year month day week quarter hour minute "
     "second port size length width height depth weight age rank priority prio sort seq sequence "
     "position pos ordinal level lvl index duration attempt retry step stage balance discount tax "
     "fee salary capacity volume limit max min avg mean median number stock hits view byte "
     "severity floor row col column page latitude longitude lat lon lng zip zipcode postcode "
     "postal phone fax mobile tel email url date time timestamp shuliang sl jiage jg jine je "
     "nianfen nian yue ri paixu px xh xuhao nl nianling 数量 价格 金额 年 月 日 序号 排序 seats km "
     "mileage "
     "distance speed temperature threshold offset interval delay timeout ttl menge anzahl preis "
     "betrag summe datum jahr monat tag rabatt gewicht laenge breite hoehe minutes seconds months "
     "years weeks copies"},
    {QN_WORD_GENERIC,
     "name type status state kind class code title label description desc date value key flag "
     "note comment remark remarks memo text body email phone created updated deleted mc mingcheng "
     "lx zt leixing zhuangtai beizhu bz 名称 类型 状态 备注 sequence no number version first last "
     "full "
     "short long active enabled url slug login username bezeichnung beschreibung bemerkung "
     "vorname nachname titel art"},
    {QN_WORD_SELF,
     "parent superior supervisor boss manager mgr reports prev previous prior next root original "
     "orig duplicate dup replaced replaces replacement successor predecessor reply merged copied "
     "copy cloned forked superseded supersedes sj shangji fuji fj 上级 父级 父 ancestor master p "
     "base "
     "corrected corrects amends reversal reversed reverses split replied alternate alternative "
     "substitute head mother father dam sire exchanged swapped converted derived reissued "
     "rebooked upgraded spouse married husband wife partner referrer referred mentor sponsor "
     "renewed continued higher up upper vorgaenger nachfolger uebergeordnet eltern ober "
     "vorgesetzter stellvertreter leiter pid padre prerequisite prereq"},
    {QN_WORD_BY_USER,
     "author creator owner assignee reporter approver reviewer editor sender recipient receiver "
     "uploader moderator poster requester requestor follower followee followed following invited "
     "inviter invitee blocked blocker actor updater modifier deleter changer submitter "
     "participant attendee organizer organiser host guest voter commenter subscriber watcher "
     "responsible initiator administrator admin friend liker contributor maintainer publisher "
     "signer verifier validator auditor issuer borrower holder payer payee bidder seller "
     "mentioned caller callee referrer viewer member assigned allocated delegated scorer visitor "
     "impersonator tester leader lead coordinator speaker chair shr cjr xgr lrr spr fhr faqiren "
     "chuangjianren ersteller autor verfasser absender empfaenger pruefer besitzer eigentuemer "
     "ansprechpartner 创建人 修改人 审核人 审批人 申请人 操作员 candidate"},
    {QN_WORD_BY_STAFF,
     "captain officer purser steward keeper vet werker monteur meister head councillor appraiser "
     "manager mgr supervisor salesman salesperson salesrep rep representative cashier operator "
     "driver mechanic technician clerk handler inspector dispatcher foreman nurse agent boss "
     "chief director instructor teacher trainer lecturer advisor adviser counselor consultant "
     "reports engineer doctor surgeon physician attending librarian pilot guard packer picker "
     "planner buyer purchaser examiner assessor interviewer recruiter hr counsellor jingli "
     "zhuguan fzr jsr jbr gly ywy kfy xsy cgy czy czr zbr leiter vorgesetzter betreuer vertreter "
     "bearbeiter sachbearbeiter fahrer lehrer verkaeufer einkaeufer chef dozent 经理 主管 负责人 "
     "经办人 led "
     "managed supervised handled served prescriber waiter approver signer"},
    {QN_WORD_AT_PLACE,
     "origin destination dest from to departure arrival dep arr source target pickup dropoff "
     "birthplace via start end sender receiver src dst home lives resides located situated born "
     "based stationed stored kept parked stands wohnort standort"},
    {QN_WORD_OF_TEAM,
     "home away winner loser opponent visitor host guest champion rival challenger works employed "
     "plays employer"},
    {QN_WORD_LINK,
     "depends dependency dependent related linked link required requires prereq prerequisite "
     "component child parent subordinate similar associated successor predecessor friend follower "
     "followee followed blocks blocked target source from to other matched recommended substitute "
     "alternative contained containing member sub assembly connected"},
    {QN_WORD_JOINT, "of to by via from in at for with on into as von durch por par"},
    {QN_WORD_FOREIGN, "external ext legacy foreign remote third imported stripe paypal upstream"},
    {QN_WORD_USERS, "user usr account acct login yonghu yh 用户 admin operator"},
    {QN_WORD_STAFF,
     "mitarbeiter angestellter empleado personal crew bediensteter employee staff emp personnel "
     "worker yuangong yg 员工 empl clerk"},
    {QN_WORD_PERSONS,
     "person people contact party individual member ry renyuan 人员 human huiyuan hy 会员 patron "
     "player athlete participant resident citizen volunteer buerger einwohner instructor teacher "
     "lecturer professor doctor physician nurse driver pilot agent officer consultant technician "
     "engineer lehrer arzt"},
    {QN_WORD_CLIENTS,
     "customer client subscriber kehu 客户 guest passenger student patient kunde mitglied schueler "
     "pupil tenant"},
    {QN_WORD_PLACES,
     "house building room hall street district village airport station stop city location place "
     "site warehouse port branch terminal depot store address hub harbor harbour town yard cangku "
     "bin zone area 城市 仓库 halle raum gebaeude region"},
    {QN_WORD_TEAMS,
     "team club squad player competitor 球队 company employer organisation organization firm"},
    {QN_WORD_BY_CLIENT,
     "holder guarantor cosigner beneficiary payer payee buyer policyholder insured applicant "
     "claimant borrower tenant renter guest subscriber purchaser bidder consignee consignor donor "
     "lessee depositor orderer spender winner visitor patient passenger lender complainant caller"},
    {QN_WORD_THING,
     "order number folder letter paper water computer server printer container counter transfer "
     "sector floor color colour door error factor monitor layer register chapter center quarter "
     "semester character parameter meter timer buffer header footer filter cluster router sensor "
     "vendor carrier supplier customer voucher offer tier corner border weather feeder trailer "
     "banner sticker power tower river motor reactor adapter controller provider publisher "
     "manufacturer distributor dealer retailer broker insurer employer shipper processor gender "
     "browser reminder identifier answer matter partner indicator vector anchor elevator sponsor "
     "fee committee tree degree coffee restaurant plant variant merchant grant list checklist "
     "playlist wishlist whitelist median tensor locker charter barrier laser scanner reader "
     "calendar divisor major minor prior interior exterior integer remainder divider exponent "
     "ledger seller maker other former latter newer older higher lower upper outer inner super "
     "per over under after never ever tracker marker pointer placeholder dimension"},
    {QN_WORD_ANYTHING,
     "entity object target owner subject item ref reference source record resource commentable "
     "likeable taggable attachable notifiable imageable model parent related element node holder "
     "doc document obj row linked thing content context origin trackable auditable"},
    {QN_WORD_KIND, "type kind class table tbl model entity module"},
};

static const char *const synonyms[] = {
    "customer client cust buyer kehu kh consumer patron kunde cliente clt auftraggeber 客户 顾客",
    "employee staff emp empl worker mitarbeiter yuangong yg rep representative 员工 职员",
    "user usr yonghu yh account login 用户",
    "person people contact party individual renyuan ry 人员",
    "member huiyuan hy patron mitglied 会员",
    "product prod prd item article artikel goods shangpin sp chanpin cp sku wuliao wl 商品 产品",
    "order ord dingdan dd auftrag bestellung pedido best auftr 订单",
    "department dept dep bumen bm division div abteilung abt departamento 部门",
    "supplier vendor gongyingshang gys provider supp lieferant lief proveedor 供应商",
    "warehouse whse wh cangku ck depot store lager 仓库",
    "category cat ctg fenlei fl leibie lb kategorie warengruppe 分类 类别",
    "type kind class leixing lx 类型",
    "country nation ctry guojia land pais 国家",
    "region area quyu qy zone territory 区域",
    "city town chengshi stadt ort ciudad 城市",
    "address addr adr dizhi adresse anschrift 地址",
    "company firm enterprise corporation gongsi gs organization organisation org 公司",
    "organization organisation org institution jigou jg 机构",
    "language lang locale lng yuyan sprache 语言",
    "currency curr ccy cur bizhong waehrung 币种",
    "shipper carrier courier forwarder",
    "doctor physician doc yisheng ys dr 医生",
    "patient pat huanzhe hz bingren 患者 病人",
    "student pupil learner stu xuesheng xs schueler 学生",
    "teacher instructor lecturer professor prof tutor jiaoshi laoshi 教师 老师",
    "course kecheng kc crs 课程",
    "school xuexiao xx 学校",
    "vehicle car auto veh truck cheliang cl fahrzeug fzg 车辆",
    "film movie",
    "invoice bill inv fapiao fp rechnung rechn factura 发票",
    "contract agreement hetong ht 合同",
    "project proj prj projekt xiangmu xm 项目",
    "account acct acc zhanghu zh konto kto 账户",
    "store shop branch outlet mendian md dianpu dp 门店 店铺",
    "team squad club",
    "referee umpire official",
    "match game",
    "track song",
    "ticket issue case",
    "manufacturer maker mfr mfg brand pinpai pp 品牌",
    "equipment device asset machine equip eqp shebei sb maschine masch anlage 设备",
    "apartment flat unit",
    "aircraft plane airplane",
    "position job title post gangwei gw zhiwei zw 岗位 职位",
    "manager mgr",
    "transaction txn trx trans tran",
    "location loc place site",
    "payment pmt pay fukuan zahlung 付款",
    "shipment shp delivery",
    "group grp",
    "message msg",
    "document doc",
    "line item detail dtl mingxi mx position pos",
    "role juese js",
    "menu caidan cd",
    "unit uom danwei dw 单位",
    "grade class banji bj 班级",
    "book title shu tushu 图书",
    "medicine drug medication yaopin yp 药品",
    "purchase caigou cg 采购",
    "sale sales xiaoshou xs 销售",
};
_Static_assert(sizeof(synonyms) / sizeof(synonyms[0]) <= 64, "a bit for each group");

static int by_word(const void *a, const void *b)
{
    return strcmp(((const struct qn_relation_meaning *)a)->word,
                  ((const struct qn_relation_meaning *)b)->word);
}

static size_t count_words(const char *words)
{
    size_t n = 1;

    for (; *words != '\0'; words++) {
        n += *words == ' ';
    }
    return n;
}

static void add(struct qn_relation_lexicon *lexicon, struct qn_arena *arena, const char *words,
                unsigned flags, uint64_t groups)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        char *word = qn_arena_alloc(arena, len + 1, 1);

        if (word == NULL) {
            return;
        }
        memcpy(word, words, len);
        qn_relation_words_stem(word);
        lexicon->items[lexicon->n++] = (struct qn_relation_meaning){word, flags, groups};
        words += len + (words[len] == ' ');
    }
}

/* Sorted, each word once. */
static void settle(struct qn_relation_lexicon *lexicon)
{
    size_t kept = 0;

    qsort(lexicon->items, lexicon->n, sizeof(lexicon->items[0]), by_word);
    for (size_t i = 0; i < lexicon->n; i++) {
        struct qn_relation_meaning *last = kept > 0 ? &lexicon->items[kept - 1] : NULL;

        if (last != NULL && strcmp(last->word, lexicon->items[i].word) == 0) {
            last->flags |= lexicon->items[i].flags;
            last->groups |= lexicon->items[i].groups;
        } else {
            lexicon->items[kept++] = lexicon->items[i];
        }
    }
    lexicon->n = kept;
}

static size_t slot_of(const char *word)
{
    uint32_t hash = 2166136261U;

    for (; *word != '\0'; word++) {
        hash = (hash ^ (unsigned char)*word) * 16777619U;
    }
    return hash % SLOTS;
}

static void fill_slots(struct qn_relation_lexicon *lexicon)
{
    for (size_t i = 0; lexicon->slots != NULL && i < lexicon->n; i++) {
        size_t at = slot_of(lexicon->items[i].word);

        while (lexicon->slots[at] != 0) {
            at = (at + 1) % SLOTS;
        }
        lexicon->slots[at] = (uint16_t)(i + 1);
    }
}

void qn_relation_lexicon_make(struct qn_relation_lexicon *ret, struct qn_arena *arena)
{
    const size_t n_classes = sizeof(classes) / sizeof(classes[0]);
    const size_t n_groups = sizeof(synonyms) / sizeof(synonyms[0]);
    size_t n = 0;

    *ret = (struct qn_relation_lexicon){0};
    for (size_t i = 0; i < n_classes; i++) {
        n += count_words(classes[i].words);
    }
    for (size_t i = 0; i < n_groups; i++) {
        n += count_words(synonyms[i]);
    }
    ret->items = qn_arena_alloc(arena, n, sizeof(ret->items[0]));
    if (ret->items == NULL) {
        return;
    }
    for (size_t i = 0; i < n_classes; i++) {
        add(ret, arena, classes[i].words, classes[i].flags, 0);
    }
    for (size_t i = 0; i < n_groups; i++) {
        add(ret, arena, synonyms[i], 0, (uint64_t)1 << i);
    }
    settle(ret);
    ret->slots = qn_arena_alloc(arena, SLOTS, sizeof(ret->slots[0]));
    fill_slots(ret);
}

static const struct qn_relation_meaning *look_up(const struct qn_relation_lexicon *lexicon,
                                                 const char *word)
{
    for (size_t at = slot_of(word); lexicon->slots != NULL && lexicon->slots[at] != 0;
         at = (at + 1) % SLOTS) {
        const struct qn_relation_meaning *item = &lexicon->items[lexicon->slots[at] - 1];

        if (strcmp(item->word, word) == 0) {
            return item;
        }
    }
    return NULL;
}

struct qn_relation_meaning qn_relation_lexicon_find(const struct qn_relation_lexicon *lexicon,
                                                    const char *word)
{
    const struct qn_relation_meaning *found = look_up(lexicon, word);
    size_t step;

    for (const char *at = word; found == NULL && ((unsigned char)*at & 0x80) != 0; at += step) {
        step = qn_utf8_char(at, strlen(at));
        if (step == 0) {
            break;
        }
        found = look_up(lexicon, at + step);
    }
    return found != NULL ? *found : (struct qn_relation_meaning){.word = word};
}

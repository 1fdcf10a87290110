#include "tasks/lib/relations/relation_names.h"
#include "test_relation_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define SURE 0.68 /* with data that agrees it is taken */
#define WEAK 0.60 /* below: never by the name alone */

static const char tickets[] =
    "tickets: *ticket_id, reporter_user_id, assignee_id, created_by, state_code text, "
    "duplicate_of, superseded_by, priority, version, ticket_no, closedby, sort_order, "
    "external_user_id, "
    "clonedfrom, reply_to_id, approver_id, examiner_id";

static const char *const tables[] = {
    "users: *user_id, +login text, full_name text, team_id, manager_id, referred_by, user_no",
    "teams: *team_id, name text, lead_user_id, parent_team_id, member_count, size, captain",
    "ticket_states: *code text, label text",
    tickets,
    "comments: *ticket_id, *comment_no, author_id, entity_type text, entity_id",
    "notes: *id, owner_type text, owner_id",
    "countries: *id, +iso text, name text, capital",
    "airports: *iata text, +icao text, city text, country_id, country_iso text",
    "flights: *flight_no text, origin text, destination text, dep_airport text",
    "legs: *id, airport_iata text, to_airport_iata text, distance",
    "tbl_customer: *cust_id, cust_name text, cust_city_id, cust_rating",
    "tbl_order_hdr: *ord_id, ord_cust_id, ord_status, ord_ship_addr_id, ord_bill_addr_id",
    "tbl_order_dtl: *dtl_id, ord_id, prd_cd text, custkey, dept, deptno",
    "tbl_product: *prd_cd text, cat_id, parent_prd_cd text",
    "tbl_product_category: *cat_id, parent_id",
    "tbl_address: *addr_id, street text",
    "tbl_department: *dept_no, head_emp_no, loc_id",
    "tbl_employee: *emp_no, mgr_emp_no, dept_no, reports_to, location",
    "tbl_location: *loc_id, orders",
    "shippers: *id, name text",
    "sales: *id, ship_via, shipper_id, currency_code text, sold_by, customer, ad_id",
    "parcels: *id, ship_city text",
    "vehicles: *vehicle_id, plate text",
    "trucks: *vehicle_id, load",
    "trips: *trip_id, truck_id",
    "currencies: *code text, +name text",
    "ads: *id, viewer_count",
    "Employee: *EmployeeId, ReportsTo, SupportRepId",
    "Invoice: *InvoiceId, CustomerId, BillToAddressId",
    "t_kehu: *khbh text, dqdm text",
    "t_bumen: *bmid, sjbmid, fzrid",
    "t_yuangong: *ygid, bmid",
    "客户: *客户编号, 所属区域编号, 上级编号, 客户经理编号",
    "区域: *区域编号, 名称 text",
    "part_structure: *parent_part_id, *component_id",
    "part: *part_id, name text",
    "Lieferanten: *LiefNr, OrtID",
    "Bestellungen: *BestNr, LieferantNr, LieferadresseID, erfasst_von",
    "Adressen: *AdrID, Strasse text",
    "Mitarbeiter: *PersNr, Vorgesetzter",
    "matches: *id, home, away, team1_id, team_2",
    "order_line: *id, line_no",
    "return_items: *id, order_line_id, line_id",
    "paper_user: *id, user_id",
};

/* What a column refers to, and what it does not. */
static const char *const sure[][2] = {
    {"users.team_id", "teams.team_id"},
    {"users.manager_id", "users.user_id"},
    {"users.referred_by", "users.user_id"},
    {"teams.lead_user_id", "users.user_id"},
    {"teams.parent_team_id", "teams.team_id"},
    {"teams.captain", "users.user_id"},
    {"tickets.reporter_user_id", "users.user_id"},
    {"tickets.assignee_id", "users.user_id"},
    {"tickets.created_by", "users.user_id"},
    {"tickets.closedby", "users.user_id"},
    {"tickets.approver_id", "users.user_id"},
    {"tickets.state_code", "ticket_states.code"},
    {"tickets.duplicate_of", "tickets.ticket_id"},
    {"tickets.reply_to_id", "tickets.ticket_id"},
    {"tickets.superseded_by", "tickets.ticket_id"},
    {"trips.truck_id", "trucks.vehicle_id"},
    {"comments.ticket_id", "tickets.ticket_id"},
    {"comments.author_id", "users.user_id"},
    {"airports.country_id", "countries.id"},
    {"airports.country_iso", "countries.iso"},
    {"flights.origin", "airports.iata"},
    {"flights.destination", "airports.iata"},
    {"flights.dep_airport", "airports.iata"},
    {"legs.airport_iata", "airports.iata"},
    {"legs.to_airport_iata", "airports.iata"},
    {"tbl_order_hdr.ord_cust_id", "tbl_customer.cust_id"},
    {"tbl_order_hdr.ord_ship_addr_id", "tbl_address.addr_id"},
    {"tbl_order_hdr.ord_bill_addr_id", "tbl_address.addr_id"},
    {"tbl_order_dtl.ord_id", "tbl_order_hdr.ord_id"},
    {"tbl_order_dtl.prd_cd", "tbl_product.prd_cd"},
    {"tbl_order_dtl.custkey", "tbl_customer.cust_id"},
    {"tbl_order_dtl.deptno", "tbl_department.dept_no"},
    {"tbl_order_dtl.dept", "tbl_department.dept_no"},
    {"tbl_product.cat_id", "tbl_product_category.cat_id"},
    {"tbl_product.parent_prd_cd", "tbl_product.prd_cd"},
    {"tbl_product_category.parent_id", "tbl_product_category.cat_id"},
    {"tbl_department.head_emp_no", "tbl_employee.emp_no"},
    {"tbl_department.loc_id", "tbl_location.loc_id"},
    {"tbl_employee.mgr_emp_no", "tbl_employee.emp_no"},
    {"tbl_employee.reports_to", "tbl_employee.emp_no"},
    {"sales.shipper_id", "shippers.id"},
    {"sales.ship_via", "shippers.id"},
    {"sales.currency_code", "currencies.code"},
    {"sales.sold_by", "users.user_id"},
    {"sales.ad_id", "ads.id"},
    {"sales.customer", "tbl_customer.cust_id"},
    {"Employee.ReportsTo", "Employee.EmployeeId"},
    {"Employee.SupportRepId", "tbl_employee.emp_no"},
    {"Invoice.CustomerId", "tbl_customer.cust_id"},
    {"Invoice.BillToAddressId", "tbl_address.addr_id"},
    {"t_bumen.sjbmid", "t_bumen.bmid"},
    {"t_bumen.fzrid", "t_yuangong.ygid"},
    {"t_yuangong.bmid", "t_bumen.bmid"},
    {"客户.所属区域编号", "区域.区域编号"},
    {"客户.上级编号", "客户.客户编号"},
    {"part_structure.parent_part_id", "part.part_id"},
    {"part_structure.component_id", "part.part_id"},
    {"Bestellungen.LieferantNr", "Lieferanten.LiefNr"},
    {"Bestellungen.LieferadresseID", "Adressen.AdrID"},
    {"Bestellungen.erfasst_von", "Mitarbeiter.PersNr"},
    {"Mitarbeiter.Vorgesetzter", "Mitarbeiter.PersNr"},
    {"matches.home", "teams.team_id"},
    {"matches.away", "teams.team_id"},
    {"matches.team1_id", "teams.team_id"},
    {"matches.team_2", "teams.team_id"},
    {"return_items.order_line_id", "order_line.id"},
    {"return_items.line_id", "order_line.id"},
    {"paper_user.user_id", "users.user_id"},
};

static const char *const weak[][2] = {
    {"users.user_no", "users.user_id"},
    {"users.full_name", "users.login"},
    {"users.team_id", "users.user_id"},
    {"teams.member_count", "users.user_id"},
    {"teams.size", "teams.team_id"},
    {"tickets.priority", "teams.team_id"},
    {"tickets.version", "teams.team_id"},
    {"tickets.ticket_no", "tickets.ticket_id"},
    {"tickets.sort_order", "tbl_order_hdr.ord_id"},
    {"tickets.created_by", "tickets.ticket_id"},
    {"tickets.created_by", "airports.iata"},
    {"comments.entity_id", "tickets.ticket_id"},
    {"notes.owner_id", "users.user_id"},
    {"comments.comment_no", "tickets.ticket_id"},
    {"comments.entity_type", "ticket_states.code"},
    {"countries.name", "currencies.name"},
    {"countries.id", "shippers.id"},
    {"countries.capital", "users.user_id"},
    {"legs.distance", "ads.id"},
    {"tbl_customer.cust_rating", "tbl_customer.cust_id"},
    {"tbl_order_hdr.ord_status", "tbl_order_hdr.ord_id"},
    {"tbl_location.orders", "tbl_order_hdr.ord_id"},
    {"ads.viewer_count", "users.user_id"},
    {"parcels.ship_city", "airports.iata"},
    {"order_line.line_no", "order_line.id"},
    {"Invoice.InvoiceId", "Invoice.InvoiceId"},
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct room {
    struct qn_catalog *catalog;
    struct qn_arena arena;
    struct qn_relation_schema schema;
};

static void open_tables(struct room *room, const char *const *lines, size_t n)
{
    room->catalog = room_catalog(lines, n);
    qn_arena_init(&room->arena, 64 << 20);
    qn_relation_schema_make(&room->schema, &room->arena, room->catalog, NULL);
    assert_int_equal(qn_arena_status(&room->arena, "schema", NULL), QN_OK);
}

static void open_room(struct room *room)
{
    open_tables(room, tables, COUNT(tables));
}

static void close_room(struct room *room)
{
    qn_arena_release(&room->arena);
    room_free(room->catalog);
}

static double score(const struct room *room, const char *child, const char *parent)
{
    size_t child_table = 0, child_column = 0, table = 0, column = 0;
    struct qn_relation_asker asker;

    assert_true(room_find(room->catalog, child, &child_table, &child_column));
    assert_true(room_find(room->catalog, parent, &table, &column));
    qn_relation_asker_make(&room->schema, child_table, child_column, &asker);
    for (size_t i = 0; i < room->schema.n_keys; i++) {
        const struct qn_relation_key *key = &room->schema.keys[i];

        if (key->table == table && key->n == 1 && key->columns[0] == column) {
            return qn_relation_names_compare(&room->schema, &asker, key).score;
        }
    }
    return 0;
}

static void names_that_tell_are_sure(void **state)
{
    struct room room;

    (void)state;
    open_room(&room);
    for (size_t i = 0; i < COUNT(sure); i++) {
        double found = score(&room, sure[i][0], sure[i][1]);

        if (found < SURE) {
            print_error("%s -> %s: %.3f\n", sure[i][0], sure[i][1], found);
        }
        assert_true(found >= SURE && found <= 1);
    }
    close_room(&room);
}

static void names_that_only_sound_so_are_weak(void **state)
{
    struct room room;

    (void)state;
    open_room(&room);
    for (size_t i = 0; i < COUNT(weak); i++) {
        double found = score(&room, weak[i][0], weak[i][1]);

        if (found >= WEAK) {
            print_error("%s -> %s: %.3f\n", weak[i][0], weak[i][1], found);
        }
        assert_true(found < WEAK);
    }
    close_room(&room);
}

static void the_exact_name_goes_before_a_role_a_part_and_an_abbreviation(void **state)
{
    struct room room;

    (void)state;
    open_room(&room);
    assert_true(score(&room, "users.team_id", "teams.team_id") >
                score(&room, "teams.parent_team_id", "teams.team_id"));
    assert_true(score(&room, "return_items.order_line_id", "order_line.id") >
                score(&room, "return_items.line_id", "order_line.id"));
    assert_true(score(&room, "tickets.reporter_user_id", "users.user_id") >
                score(&room, "tickets.external_user_id", "users.user_id"));
    close_room(&room);
}

static void a_prefix_that_all_columns_share_says_nothing(void **state)
{
    struct room room;
    struct qn_relation_label label;
    size_t table = 0, column = 0;

    (void)state;
    open_room(&room);
    assert_true(room_find(room.catalog, "tbl_order_hdr.ord_cust_id", &table, &column));
    assert_string_equal(room.schema.tables[table].prefix, "ord");
    assert_int_equal(room.schema.tables[table].words.n, 1);
    qn_relation_schema_label(&room.schema, table, column, false, &label);
    assert_int_equal(label.base.n, 1);
    assert_string_equal(label.base.word[0], "cust");
    assert_string_equal(label.key, "id");
    close_room(&room);
}

static void a_number_in_a_name_tells_tables_apart(void **state)
{
    static const char *const lines[] = {
        "zone1: *id, label text",
        "zone2: *id, label text",
        "trip: *id, zone1_id, zone2_id, zone3_id, zone_id, address1_id, address_id2",
        "address: *id, street text",
        "orders_2023: *order_id, note text",
        "orders_2024: *order_id, note text",
        "lines_2024: *id, order_id",
        "t_1: *id, t_2_id",
        "t_2: *id, t_1_id",
    };
    struct room room;

    (void)state;
    open_tables(&room, lines, COUNT(lines));
    assert_true(score(&room, "trip.zone2_id", "zone2.id") >= 0.97);
    assert_true(score(&room, "trip.zone1_id", "zone1.id") >= 0.97);
    assert_true(score(&room, "t_1.t_2_id", "t_2.id") >= 0.97);
    assert_true(score(&room, "trip.zone2_id", "zone1.id") == 0);
    assert_true(score(&room, "trip.zone1_id", "zone2.id") == 0);
    assert_true(score(&room, "trip.zone3_id", "zone1.id") == 0);
    assert_true(score(&room, "t_2.t_1_id", "t_2.id") == 0);
    assert_true(score(&room, "trip.zone_id", "zone1.id") < 0.85);
    assert_true(score(&room, "trip.address1_id", "address.id") >= 0.97);
    assert_true(score(&room, "trip.address_id2", "address.id") >= 0.97);
    assert_true(score(&room, "lines_2024.order_id", "orders_2024.order_id") >= 0.97);
    assert_true(score(&room, "lines_2024.order_id", "orders_2023.order_id") < WEAK);
    close_room(&room);
}

static void a_key_that_tables_share_needs_one_named_after_it(void **state)
{
    static const char *const lines[] = {
        "customers: *customer_id, name text", "vip: *customer_id, level text",
        "post_meta: *meta_id, meta_key text", "comment_meta: *meta_id, meta_key text",
        "alpha: *token_id, x text",           "bravo: *token_id, y text",
        "orders_2023: *order_id, note text",  "orders_2024: *order_id, note text",
    };
    struct room room;

    (void)state;
    open_tables(&room, lines, COUNT(lines));
    assert_true(score(&room, "vip.customer_id", "customers.customer_id") >= 0.97);
    assert_true(score(&room, "customers.customer_id", "vip.customer_id") <= 0.5);
    assert_true(score(&room, "comment_meta.meta_id", "post_meta.meta_id") <= 0.5);
    assert_true(score(&room, "alpha.token_id", "bravo.token_id") <= 0.5);
    assert_true(score(&room, "orders_2023.order_id", "orders_2024.order_id") <= 0.5);
    close_room(&room);
}

static void a_role_may_stand_after_the_name_of_the_key(void **state)
{
    static const char *const lines[] = {
        "empleado: *legajo, legajo_jefe, legajo_total, legajo_2",
        "sucursal: *id, legajo_gerente",
    };
    struct room room;

    (void)state;
    open_tables(&room, lines, COUNT(lines));
    assert_true(score(&room, "empleado.legajo_jefe", "empleado.legajo") >= SURE);
    assert_true(score(&room, "sucursal.legajo_gerente", "empleado.legajo") >= SURE);
    assert_true(score(&room, "empleado.legajo_total", "empleado.legajo") < WEAK);
    close_room(&room);
}

static void a_plural_of_numbers_counts(void **state)
{
    static const char *const lines[] = {
        "topic: *id, replies, views, hits, parent",
        "reply: *id, topic_id",
        "view: *id, topic_id",
    };
    struct room room;

    (void)state;
    open_tables(&room, lines, COUNT(lines));
    assert_true(score(&room, "topic.replies", "topic.id") < WEAK);
    assert_true(score(&room, "topic.replies", "reply.id") < WEAK);
    assert_true(score(&room, "topic.views", "view.id") < WEAK);
    assert_true(score(&room, "topic.hits", "topic.id") < WEAK);
    assert_true(score(&room, "topic.parent", "topic.id") >= SURE);
    close_room(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_tell_are_sure),
        cmocka_unit_test(names_that_only_sound_so_are_weak),
        cmocka_unit_test(the_exact_name_goes_before_a_role_a_part_and_an_abbreviation),
        cmocka_unit_test(a_number_in_a_name_tells_tables_apart),
        cmocka_unit_test(a_key_that_tables_share_needs_one_named_after_it),
        cmocka_unit_test(a_role_may_stand_after_the_name_of_the_key),
        cmocka_unit_test(a_plural_of_numbers_counts),
        cmocka_unit_test(a_prefix_that_all_columns_share_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

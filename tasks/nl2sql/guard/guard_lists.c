#include "guard_lists.h"

#include <string.h>

/* What reads the server, its files, other sessions, runs SQL of a text, or makes much of little is
 * not here: it need not be known to be refused. */
/* clang-format off */
const char guard_functions[] =
    /* numbers */
    "abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd"
    " cosh cot cotd degrees"
    " div exp floor gcd lcm ln log log10 min_scale mod pi power radians random round scale sign sin"
    " sind sinh sqrt tan tand tanh to_hex trim_scale trunc width_bucket"
    /* text */
    " ascii bit_length btrim char_length character_length chr concat concat_ws decode encode format"
    " initcap is_normalized left length like_escape lower lpad ltrim md5 normalize octet_length"
    " overlay position quote_ident quote_literal quote_nullable regexp_count regexp_instr"
    " regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array"
    " regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim sha224 sha256"
    " sha384 sha512 similar_escape similar_to_escape split_part starts_with string_to_array"
    " string_to_table strpos substr substring to_char to_date to_number to_timestamp translate"
    " trim unistr upper"
    /* times */
    " age clock_timestamp date_add date_bin date_part date_subtract date_trunc extract isfinite"
    " justify_days justify_hours justify_interval make_date make_interval make_time make_timestamp"
    " make_timestamptz now overlaps statement_timestamp timezone transaction_timestamp"
    /* conversions by the name of a type */
    " bool date float4 float8 int2 int4 int8 interval jsonb numeric text time timestamp timestamptz"
    " varchar"
    /* aggregates */
    " any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop"
    " covar_samp every json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode"
    " percentile_cont percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count"
    " regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp"
    " string_agg sum var_pop var_samp variance"
    /* windows */
    " cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank"
    " row_number"
    /* arrays and rows */
    " array_append array_cat array_dims array_length array_lower array_ndims array_position"
    " array_positions array_prepend array_remove array_replace array_to_json array_to_string"
    " array_upper cardinality generate_series generate_subscripts num_nonnulls num_nulls"
    " row_to_json trim_array unnest"
    /* JSON */
    " json_array_elements json_array_elements_text json_array_length json_build_array"
    " json_build_object json_each json_each_text json_extract_path json_extract_path_text"
    " json_object json_object_keys json_strip_nulls json_to_record json_to_recordset json_typeof"
    " jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array"
    " jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text"
    " jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match"
    " jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set"
    " jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof to_json to_jsonb"
    /* ranges */
    " datemultirange daterange int4multirange int4range int8multirange int8range isempty lower_inc"
    " lower_inf multirange nummultirange numrange range_merge tsmultirange tsrange tstzmultirange"
    " tstzrange upper_inc upper_inf"
    /* words of a text, addresses, identities */
    " broadcast family gen_random_uuid host masklen netmask network numnode phraseto_tsquery"
    " plainto_tsquery set_masklen setweight to_tsquery to_tsvector ts_rank ts_rank_cd"
    " websearch_to_tsquery";

const char guard_operators[] =
    "!! !~ !~* !~~ !~~* # #- #> #>> % & && &< &> * + - -> ->> -|- / < <-> << <<= <= <> <@ = > >= >>"
    " >>= ? ?& ?| @ @> @? @@ ^ ^@ |/ || ||/ | ~ ~* ~~ ~~*";

const char guard_types[] =
    "bit bool bpchar bytea char cidr date datemultirange daterange float4 float8 inet int2 int4"
    " int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath macaddr"
    " money name numeric nummultirange numrange text time timestamp timestamptz timetz tsmultirange"
    " tsquery tsrange tstzmultirange tstzrange tsvector uuid varbit varchar";
/* clang-format on */

bool guard_listed(const char *list, const char *word)
{
    const size_t len = strlen(word);

    if (len == 0 || strchr(word, ' ') != NULL) {
        return false;
    }
    while (*list != '\0') {
        const size_t here = strcspn(list, " ");

        if (here == len && memcmp(list, word, len) == 0) {
            return true;
        }
        list += here + (list[here] == ' ' ? 1 : 0);
    }
    return false;
}

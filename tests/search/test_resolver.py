from search.analysis import default_analysis
from search.resolver import Resolver, Trade
from search.titles import best_guess, clean_title, code_title, title_parts

WELDER, CLEANER, GUARD, CASHIER = "6-18-02-04", "4-09-08-01", "4-07-05-01", "4-01-02-04"
TRADES = (
    Trade(WELDER, "焊工", ("电焊工", "氩弧焊工"), ("二保焊",), "操作焊机，焊接金属工件。"),
    Trade(CLEANER, "保洁员", ("清洁工",), ("扫地的",)),
    Trade(GUARD, "保安员", ("保安", "门卫")),
    Trade(CASHIER, "收银员"),
    Trade("6-31-01-03", "电工", ("维修电工",)),
    Trade("2-05-02-01", "中医内科医师"),
    Trade("4-02-02-01", "道路客运汽车驾驶员", ("司机",)),
    Trade("4-02-02-02", "道路货运汽车驾驶员", ("司机",)),
    Trade("2-02-27-06", "健康安全环境工程技术人员", ("EHS专员",)),
)


def resolver() -> Resolver:
    return Resolver(TRADES, default_analysis())


def test_a_name_a_synonym_and_a_wording_are_exact() -> None:
    for text in ("焊工", "电焊工", "二保焊", " 电 焊 工 "):
        assert resolver().exact(text) == (WELDER,)


def test_harmless_ends_do_not_matter_and_short_names_keep_theirs() -> None:
    assert resolver().exact("保洁阿姨") == resolver().exact("保洁") == (CLEANER,)
    assert resolver().exact("电") == ()


def test_a_word_of_two_occupations_names_both_and_is_less_sure() -> None:
    assert set(resolver().exact("司机")) == {"4-02-02-01", "4-02-02-02"}
    assert resolver().ranked("司机")[0].confidence < resolver().ranked("焊工")[0].confidence
    assert code_title("司机", resolver()) is None


def test_the_end_of_a_name_is_its_head() -> None:
    assert resolver().ranked("高空焊工")[0].code == WELDER
    assert resolver().ranked("高空电工")[0].code == "6-31-01-03"


def test_tasks_find_what_no_name_has() -> None:
    assert [guess.code for guess in resolver().ranked("金属工件")] == [WELDER]


def test_letters_of_a_label_are_not_passed_over() -> None:
    assert code_title("资料专员", resolver()) is None


def test_what_nobody_does_is_nothing() -> None:
    assert resolver().ranked("甲乙丙") == ()
    assert resolver().ranked("") == ()
    assert Resolver((), default_analysis()).ranked("焊工") == ()


def test_a_guess_says_the_label_that_led_to_it() -> None:
    assert resolver().ranked("船厂氩弧焊")[0].because == "氩弧焊工"


def test_what_sells_a_title_is_not_its_work() -> None:
    assert clean_title("急招！高级焊工（包吃住，月薪8000）") == "焊工"
    assert title_parts("采购员/外贸采购薪资6K-8K 绩效奖金") == ("采购员", "外贸采购")
    assert clean_title("质检 员-五险一金-提供吃住") == "质检员"
    assert clean_title("3D打印") == "3d打印"
    assert clean_title("招商经理") == "招商经理"
    assert clean_title("招聘专员") == "招聘专员"
    assert clean_title("包吃住") == "包吃住"


def test_the_first_of_several_trades_counts() -> None:
    guess = best_guess("收银员/保洁员", resolver())
    assert guess is not None
    assert guess.code == CASHIER


def test_a_company_before_the_trade_does_not_hide_it() -> None:
    guess = code_title("某某物业招聘保安", resolver())
    assert guess is not None
    assert guess.code == GUARD


def test_an_unsure_title_stays_uncoded() -> None:
    assert code_title("储备干部", resolver()) is None
    assert code_title("", resolver()) is None

#include "shared/forms/form.hpp"

#include <gtest/gtest.h>

namespace huiyin::forms {
namespace {

std::vector<Label> both(const std::string& text) { return {{{"zh"}, {text + "？"}}, {{"en"}, {text}}}; }

/// A note, a choice of one, a number. Well formed.
Form right() {
  Form form;
  form.id = {77};
  form.version = 1;
  form.title = both("Water");
  form.questions = {{{1}, QuestionKind::kNote, both("Thank you"), {}, false, false},
                    {{2},
                     QuestionKind::kSelectOne,
                     both("Where from"),
                     {{{1}, both("tap"), {}}, {{2}, both("well"), {}}},
                     true,
                     false},
                    {{3}, QuestionKind::kInteger, both("How many"), {}, false, true}};
  return form;
}

TEST(Form, Right_one_is_well_formed) { EXPECT_TRUE(is_well_formed(right())); }

TEST(Form, Choices_belong_to_both_kinds_of_selection_and_to_no_other) {
  for (int kind = 0; kind <= static_cast<int>(QuestionKind::kGroup); ++kind) {
    const auto each = static_cast<QuestionKind>(kind);
    const bool selects = each == QuestionKind::kSelectOne || each == QuestionKind::kSelectMany;
    Form with = right();
    with.questions[1].kind = each;
    EXPECT_EQ(is_well_formed(with), selects) << kind;
    Form without = with;
    without.questions[1].choices.clear();
    EXPECT_EQ(is_well_formed(without), !selects) << kind;
  }
}

struct Mistake {
  const char* name;
  void (*make)(Form&);
};
class FormMistake : public testing::TestWithParam<Mistake> {};

TEST_P(FormMistake, Is_seen) {
  Form form = right();
  GetParam().make(form);
  EXPECT_FALSE(is_well_formed(form));
}

INSTANTIATE_TEST_SUITE_P(
    Each, FormMistake,
    testing::Values(
        Mistake{"no_id", [](Form& f) { f.id = {0}; }}, Mistake{"no_version", [](Form& f) { f.version = 0; }},
        Mistake{"no_title", [](Form& f) { f.title.clear(); }},
        Mistake{"no_questions", [](Form& f) { f.questions.clear(); }},
        Mistake{"question_without_code", [](Form& f) { f.questions[0].code = {0}; }},
        Mistake{"question_code_twice", [](Form& f) { f.questions[2].code = {1}; }},
        Mistake{"question_label_missing", [](Form& f) { f.questions[0].labels.pop_back(); }},
        Mistake{"question_label_empty", [](Form& f) { f.questions[0].labels[1].text.value.clear(); }},
        Mistake{"choice_without_code", [](Form& f) { f.questions[1].choices[0].code = {0}; }},
        Mistake{"choice_code_twice", [](Form& f) { f.questions[1].choices[1].code = {1}; }},
        Mistake{"choice_label_missing", [](Form& f) { f.questions[1].choices[1].labels.clear(); }},
        Mistake{"choice_label_in_another_language_only",
                [](Form& f) { f.questions[1].choices[0].labels[0].language.value = "ug"; }}),
    [](const testing::TestParamInfo<Mistake>& mistake) { return std::string(mistake.param.name); });

TEST(Form, Same_choice_code_in_two_questions_is_no_mistake) {
  Form form = right();
  form.questions.push_back(form.questions[1]);
  form.questions.back().code = {4};
  EXPECT_TRUE(is_well_formed(form));
}

}  // namespace
}  // namespace huiyin::forms

#include "shared/forms/form.hpp"

#include <algorithm>
#include <set>

namespace huiyin::forms {

namespace {
bool covers(const std::vector<Label>& labels, const std::vector<Label>& languages) {
  return std::all_of(languages.begin(), languages.end(), [&](const Label& wanted) {
    return std::any_of(labels.begin(), labels.end(), [&](const Label& label) {
      return label.language == wanted.language && !label.text.value.empty();
    });
  });
}

bool has_choices(QuestionKind kind) {
  return kind == QuestionKind::kSelectOne || kind == QuestionKind::kSelectMany;
}

bool choices_fit(const Question& question, const std::vector<Label>& languages) {
  if (has_choices(question.kind) == question.choices.empty()) return false;
  std::set<std::uint32_t> codes;
  return std::all_of(question.choices.begin(), question.choices.end(), [&](const AnswerChoice& choice) {
    return choice.code.value != 0 && codes.insert(choice.code.value).second &&
           covers(choice.labels, languages);
  });
}
}  // namespace

bool is_well_formed(const Form& form) {
  if (form.id.value == 0 || form.version == 0 || form.title.empty() || form.questions.empty()) return false;
  std::set<std::uint32_t> codes;
  return std::all_of(form.questions.begin(), form.questions.end(), [&](const Question& question) {
    return question.code.value != 0 && codes.insert(question.code.value).second &&
           covers(question.labels, form.title) && choices_fit(question, form.title);
  });
}

}  // namespace huiyin::forms

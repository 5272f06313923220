#pragma once
/// The types of a form: our own compact, versioned model. A published version is immutable;
/// questions and choices have permanent codes, so that answers to different versions merge
/// correctly. Reading, validating and evaluating forms joins in with the first surveys.

#include "shared/core/limits.hpp"
#include "shared/core/wire_types.hpp"

namespace huiyin::forms {

enum class QuestionKind : std::uint8_t {
  kNote = 0,
  kSelectOne = 1,
  kSelectMany = 2,
  kInteger = 3,
  kDecimal = 4,
  kText = 5,
  kDate = 6,
  kGroup = 7,
};

/// Permanent within a form, over all its versions: never reused for another meaning.
using QuestionCode = Numbered<struct QuestionTag, std::uint32_t>;
using ChoiceCode = Numbered<struct ChoiceTag, std::uint32_t>;

struct Label {
  Text<16> language;
  Text<600> text;
  friend bool operator==(const Label&, const Label&) = default;
};

struct AnswerChoice {
  ChoiceCode code;
  std::vector<Label> labels;
  Text<24> picture;
  friend bool operator==(const AnswerChoice&, const AnswerChoice&) = default;
};

struct Question {
  QuestionCode code;
  QuestionKind kind = QuestionKind::kNote;
  std::vector<Label> labels;
  std::vector<AnswerChoice> choices;
  bool required = false;
  bool sensitive = false;  ///< its answer is sealed to the office
  friend bool operator==(const Question&, const Question&) = default;
};

struct Form {
  FormId id;
  std::uint32_t version = 0;
  std::vector<Label> title;
  std::vector<Question> questions;
  friend bool operator==(const Form&, const Form&) = default;
};

/// Codes unique, every question and choice labelled in every language of the title, choices
/// exactly where the kind has them.
[[nodiscard]] bool is_well_formed(const Form& form);

}  // namespace huiyin::forms

#include "kiosk/receipts.hpp"

#include <chrono>
#include <utility>

namespace huiyin::kiosk {

namespace {
/// A kiosk serves one person; more than this at once is somebody playing.
constexpr std::size_t kJobsMax = 16;
constexpr std::chrono::seconds kRetryAfterProblem{5};
}  // namespace

Receipts::Receipts(std::size_t ready_max) : ready_max_(ready_max), thread_([this] { run(); }) {}

void Receipts::set_recipe(const ReceiptRecipe& recipe) {
  {
    const std::lock_guard lock(mutex_);
    if (recipe_ == recipe) return;
    recipe_ = recipe;
    stock_.clear();
  }
  changed_.notify_one();
}

std::optional<Receipt> Receipts::take() {
  std::optional<Receipt> taken;
  {
    const std::lock_guard lock(mutex_);
    if (stock_.empty()) return std::nullopt;
    taken.emplace(std::move(stock_.front()));
    stock_.pop_front();
  }
  changed_.notify_one();
  return taken;
}

std::size_t Receipts::ready() const {
  const std::lock_guard lock(mutex_);
  return stock_.size();
}

std::string Receipts::last_problem() const {
  const std::lock_guard lock(mutex_);
  return last_problem_;
}

bool Receipts::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= kJobsMax) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Receipts::stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Receipts::wants_one() const { return recipe_ && stock_.size() < ready_max_; }

void Receipts::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty() || wants_one(); });
    if (stopping_) return;
    if (jobs_.empty()) {
      make_one(lock);
      continue;
    }
    {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }  // what the job held is wiped before the lock is taken again
    lock.lock();
  }
}

void Receipts::make_one(std::unique_lock<std::mutex>& lock) {
  const ReceiptRecipe recipe = *recipe_;
  lock.unlock();
  crypto::ReceiptCode code = crypto::ReceiptCode::generate();
  auto keys = crypto::derive_receipt(code, recipe.zone_salt, recipe.cost);
  lock.lock();
  if (!keys.ok()) {
    // Memory is short, or the ring asks for what no kiosk can do: try again, not in a hot loop.
    last_problem_ = keys.error().text();
    changed_.wait_for(lock, kRetryAfterProblem, [this] { return stopping_ || !jobs_.empty(); });
    return;
  }
  last_problem_.clear();
  if (recipe_ == recipe) stock_.push_back(Receipt{std::move(code), std::move(*keys)});
}

}  // namespace huiyin::kiosk

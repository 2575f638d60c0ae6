"""What the examples on losses, learning and inference claim to find is there."""

import numpy as np
import pytest
from test_examples import FILES, load

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

pytestmark = pytest.mark.skipif(not FILES, reason="the examples are not beside the tests")


def test_the_network_reads_97_percent_of_the_digits() -> None:
    """By cross-entropy the small network reads 97 % of held-out digits; squared error needs a rate of its own for that."""
    race = load("digits_network")["race"]()
    (ours, right, _), (theirs, as_right, _), (_, slowly, _) = race.values()
    assert right[-1] >= 0.97
    assert as_right[-1] >= 0.96
    assert slowly[-1] < 0.9
    assert ours[-1] < theirs[-1], "by cross-entropy itself, cross-entropy gives the better probabilities"
    assert right[0] < 0.2, "an untrained network guesses"


def test_squared_error_is_led_back_through_the_softmax() -> None:
    """The gradient of the squared error in the logits is that of central differences."""
    squared_error_with_grad = load("digits_network")["squared_error_with_grad"]
    rng = np.random.default_rng(1)
    z, labels = rng.normal(size=(5, 10)), rng.integers(0, 10, 5)
    _, gradient = squared_error_with_grad(z, labels)
    for place in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[place] = 1e-5
        up, down = squared_error_with_grad(z + step, labels)[0], squared_error_with_grad(z - step, labels)[0]
        assert gradient[place] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-10)


def test_squared_error_lets_go_of_the_sure_and_wrong() -> None:
    """Cross-entropy pulls by 1 - q, squared error by 2 q (1 - q)², and so comes away ten times later."""
    example = load("penalty_curves")
    q = np.array([1e-6, 0.01, 0.5, 0.99])
    z = np.log(q) - np.log1p(-q)
    for name, penalty, pull in (
        ("cross_entropy", -np.log(q), 1 - q),
        ("squared_error", (1 - q) ** 2, 2 * q * (1 - q) ** 2),
    ):
        found, slope = example[name](z)
        np.testing.assert_allclose(found, penalty, rtol=1e-12)
        np.testing.assert_allclose(-slope, pull, rtol=1e-12)
    steps = [
        example["steps_until"](example["descent"](example[name], -6.0, 1000), 0.9)
        for name in ("cross_entropy", "squared_error")
    ]
    assert 0 < 10 * steps[0] < steps[1]


def test_five_patients_have_a_third_of_the_loss() -> None:
    """The diagnosis is far better than the base rate by both scores; the worst patients are those told the wrong thing."""
    example = load("worst_patients")
    held, share = example["diagnose"]()
    losses = example["losses"]
    base = example["Held"](np.full_like(held.probability, share), held.truth)
    for score in (losses.log_loss, losses.brier_score):
        assert 5 * score(held.both, held.truth) < score(base.both, base.truth)
    assert np.mean((held.probability > 0.5) == held.truth) > 0.95
    np.testing.assert_allclose(
        losses.brier_score(held.both, held.truth), 2 * np.mean((held.probability - held.truth) ** 2), rtol=1e-12
    )
    loss = losses.log_loss(held.both, held.truth, reduction="none")
    worst = np.argsort(-loss)[:5]
    assert 0.25 < loss[worst].sum() / loss.sum() < 0.5
    assert np.all((held.probability[worst] > 0.5) != held.truth[worst])


def test_squared_error_is_the_likelihood_of_normal_noise() -> None:
    """The Gaussian likelihood is squared error / 2σ² + ln σ for every σ, and least at the root of the squared error."""
    example = load("disease_progression")
    prediction, truth, _ = example["predictions"]()
    error = np.sqrt(np.mean((prediction - truth) ** 2))
    for sigma in (1e-3, 1.0, 40.0, error, 1e6):
        likelihood = example["likelihood"](prediction, truth, sigma)
        assert likelihood == pytest.approx(example["by_squared_error"](prediction, truth, sigma), rel=1e-14)
        assert likelihood >= example["likelihood"](prediction, truth, error)
    assert example["likelihood"](prediction, truth, error) == pytest.approx(0.5 + np.log(error), rel=1e-14)
    assert error < 0.85 * truth.std()


def test_forward_covers_and_reverse_chooses() -> None:
    """Forward KL gives the curve mean and width of both humps; reverse KL gives it those of the larger hump."""
    example = load("two_humps")
    forward, reverse = example["best_fits"]()
    mean = np.average(example["X"], weights=example["HUMPS"])
    sigma = np.sqrt(np.average((example["X"] - mean) ** 2, weights=example["HUMPS"]))
    assert abs(forward.mean - mean) <= 0.05
    assert abs(forward.sigma - sigma) <= 0.025 + 1e-12
    assert (reverse.mean, reverse.sigma) == pytest.approx((-3, 0.8))
    assert forward.sigma > 3 * reverse.sigma


def test_evidence_is_elbo_plus_divergence() -> None:
    """For any q the ELBO and D(q‖posterior) add up to the log evidence, which the closed form gives too."""
    example = load("coin_evidence")
    rng = np.random.default_rng(2)
    for a, b in rng.uniform(0.5, 60, (50, 2)):
        found = example["parts"](example["beta"](a, b))
        assert found.elbo + found.divergence_from_posterior == pytest.approx(example["log_evidence"](), rel=1e-13)
        assert found.elbo <= example["log_evidence"]()
    assert example["log_evidence"]() == pytest.approx(example["exact_log_evidence"](), rel=1e-13)
    assert example["parts"](example["POSTERIOR"]).divergence_from_posterior == 0


def test_the_vae_term_and_its_gradient() -> None:
    """The closed form is the divergence of the curves on a grid, and its gradient that of central differences."""
    example = load("vae_term")
    codes = example["codes"]()
    np.testing.assert_allclose(example["kl_to_standard"](*codes), example["on_a_grid"](*codes), rtol=1e-12)
    differences = example["central_differences"](*codes, 1e-5)
    np.testing.assert_allclose(differences, example["gradient"](*codes), atol=1e-9)
    assert example["kl_to_standard"](np.zeros(1), np.zeros(1)) == 0
    assert np.all(np.diff(example["kl_to_standard"](*example["descent"](codes).swapaxes(0, 1)), axis=0) < 0)


def test_no_step_of_the_policy_is_too_long() -> None:
    """Every step keeps the limit and makes the policy better, and what it lacks is bonus · D(policy‖best)."""
    example = load("policy_step")
    ends = {}
    for bonus in (0.0, 0.2):
        way = example["train"](bonus)
        worth = [here.reward + bonus * here.entropy for here in way]
        assert max(here.divergence for here in way) <= example["LIMIT"]
        assert np.all(np.diff(worth) >= 0)
        ends[bonus] = way[-1]
        if bonus:
            for here in way:
                by_value, by_divergence = example["missing"](here, bonus)
                assert by_value == pytest.approx(by_divergence, abs=1e-14)
            assert by_divergence < 1e-4
    assert ends[0.0].entropy < 0.1 < 0.5 < ends[0.2].entropy
    assert ends[0.2].reward < ends[0.0].reward


def test_looking_back_helps_until_it_is_memory() -> None:
    """Perplexity on new text falls at first and rises in the end, on known text it falls; bits per byte are its log2."""
    scores = load("ngram_perplexity")["scores"]()
    learned, held_out, bits = np.transpose(scores)
    assert np.all(np.diff(learned) < 0)
    assert np.all(np.diff(held_out[:4]) < 0)
    assert held_out[-1] > held_out.min()
    assert held_out[-1] > 2 * learned[-1]
    np.testing.assert_allclose(bits, np.log2(held_out), rtol=1e-13)


def test_predictions_of_bytes_sum_to_one() -> None:
    """Every order gives each place a distribution over all bytes in which nothing is impossible."""
    for rows in load("ngram_perplexity")["predictions"](b"to be or not to be", b"be to\x7f or"):
        np.testing.assert_allclose(rows.sum(axis=-1), 1, rtol=1e-14)
        assert np.all(rows > 0)


def test_mistakes_are_among_the_least_sure() -> None:
    """The ninth of the digits of highest entropy has most of the mistakes; the ten are sorted by it."""
    answers = load("unsure_digits")["answers"]()
    assert answers.is_right.mean() > 0.94
    assert (~answers.is_right[answers.least_sure(50)]).sum() > (~answers.is_right).sum() / 2
    assert np.all(np.diff(answers.entropy[answers.least_sure(10)]) <= 0)
    assert np.all((answers.entropy >= 0) & (answers.entropy <= np.log2(10)))

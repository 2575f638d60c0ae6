"""XGBoost and LightGBM, told what to do by `softmax_grad_hess`, do what their own softmax does."""

import json
from typing import Any

import numpy as np
import pytest
from packages import import_or_skip

import xlogx
from xlogx.losses import softmax_grad_hess

CLASSES = 4
ROUNDS = 5
SEEN = np.random.default_rng(23)
# Few values of each feature, so that both libraries try every split between them.
X = SEEN.integers(0, 20, (400, 6)).astype(float)
LABELS = (SEEN.random((400, 1)) > xlogx.logits.softmax(X[:, :CLASSES] / 4).cumsum(axis=-1)).sum(axis=-1)
WEIGHT = SEEN.uniform(0.5, 2, 400).astype(np.float32)
SHARES = SEEN.dirichlet(np.ones(CLASSES), 400).astype(np.float32)
SCORES = SEEN.normal(size=(8, CLASSES)).astype(np.float32)

# The built-in objectives start from the shares of the classes, unless they are told to start from 0.
XGBOOST = {"objective": "multi:softprob", "num_class": CLASSES, "max_depth": 4, "base_score": 0}
LIGHTGBM = {"num_class": CLASSES, "num_leaves": 12, "verbose": -1, "boost_from_average": False}
# The leaves have Newton's step as it is.
EACH_ALONE = {"lambda": 0, "learning_rate": 1}

weighted = pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])


def xgboost_objective(scores: Any, data: Any) -> Any:
    weight = data.get_weight()
    return softmax_grad_hess(
        scores, data.get_label().astype(int), sample_weight=weight if weight.size else None, hessian="xgboost"
    )


def lightgbm_objective(scores: Any, data: Any) -> Any:
    return softmax_grad_hess(
        scores, data.get_label().astype(int), sample_weight=data.get_weight(), hessian="lightgbm", order="F"
    )


def xgboost_splits(model: Any) -> list[Any]:
    """Return feature and threshold of every split of every tree."""

    def splits(node: dict[str, Any]) -> Any:
        return node.get("split"), node.get("split_condition"), [splits(child) for child in node.get("children", [])]

    return [splits(json.loads(tree)) for tree in model.get_dump(dump_format="json")]


def lightgbm_splits(model: Any) -> list[Any]:
    """Return feature and threshold of every split of every tree."""

    def splits(node: dict[str, Any]) -> Any:
        children = [splits(node[side]) for side in ("left_child", "right_child") if side in node]
        return node.get("split_feature"), node.get("threshold"), children

    return [splits(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]


def xgboost_leaves(node: dict[str, Any]) -> list[tuple[int, float]]:
    """Return number and value of every leaf of a tree."""
    if "leaf" in node:
        return [(node["nodeid"], node["leaf"])]
    return [leaf for child in node["children"] for leaf in xgboost_leaves(child)]


@weighted
@pytest.mark.parametrize("method", ["exact", "hist"])
def test_xgboost_grows_the_trees_of_its_own_softmax(method: str, weight: Any) -> None:
    """With `hessian="xgboost"` every split is that of multi:softprob, and the scores are the same in float32."""
    xgboost = import_or_skip("xgboost")
    params, data = XGBOOST | {"tree_method": method}, xgboost.DMatrix(X, LABELS, weight=weight)
    theirs = xgboost.train(params, data, ROUNDS)
    ours = xgboost.train(params, data, ROUNDS, obj=xgboost_objective)
    assert xgboost_splits(ours) == xgboost_splits(theirs)
    scores = [model.predict(data, output_margin=True) for model in (ours, theirs)]
    np.testing.assert_allclose(*scores, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.predict(data), theirs.predict(data), rtol=0, atol=1e-6)


@weighted
def test_the_classifier_of_xgboost_is_its_train(weight: Any) -> None:
    """The class in the manner of scikit-learn hands the same gradients on, and gives the same probabilities."""
    import_or_skip("sklearn")
    xgboost = import_or_skip("xgboost")

    def objective(labels: Any, scores: Any, sample_weight: Any = None) -> Any:
        return softmax_grad_hess(scores, labels.astype(int), sample_weight=sample_weight, hessian="xgboost")

    classifier = xgboost.XGBClassifier(objective=objective, n_estimators=ROUNDS, max_depth=4)
    data = xgboost.DMatrix(X, LABELS, weight=weight)
    model = xgboost.train(XGBOOST, data, ROUNDS, obj=xgboost_objective)
    classifier.fit(X, LABELS, sample_weight=weight)
    np.testing.assert_allclose(classifier.predict_proba(X), model.predict(data), rtol=0, atol=1e-6)


@weighted
def test_lightgbm_grows_the_trees_of_its_own_softmax(weight: Any) -> None:
    """With `hessian="lightgbm"` every split is that of multiclass, and the scores are the same in float32."""
    lightgbm = import_or_skip("lightgbm")
    theirs, ours = (
        lightgbm.train(LIGHTGBM | {"objective": objective}, lightgbm.Dataset(X, LABELS, weight=weight), ROUNDS)
        for objective in ("multiclass", lightgbm_objective)
    )
    assert lightgbm_splits(ours) == lightgbm_splits(theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X, raw_score=True), rtol=0, atol=1e-6)
    np.testing.assert_allclose(xlogx.logits.softmax(ours.predict(X)), theirs.predict(X), rtol=0, atol=1e-6)


def test_each_sample_of_xgboost_gets_its_own_gradient() -> None:
    """A leaf for each sample has -g / h of that sample and class, to the last bit of float32."""
    xgboost = import_or_skip("xgboost")
    weight = 1000 * WEIGHT[:8]  # no split gains too little to be made
    data = xgboost.DMatrix(np.arange(8.0)[:, None], LABELS[:8], weight=weight, base_margin=SCORES)
    alone = EACH_ALONE | {"max_depth": 8, "min_child_weight": 0, "tree_method": "exact"}
    model = xgboost.train(XGBOOST | alone, data, 1, obj=xgboost_objective)
    leaves = model.predict(data, pred_leaf=True).astype(int)
    values = [dict(xgboost_leaves(json.loads(tree))) for tree in model.get_dump(dump_format="json")]
    got = [[values[k][leaf] for k, leaf in enumerate(row)] for row in leaves]
    g, h = softmax_grad_hess(SCORES, LABELS[:8], sample_weight=weight, hessian="xgboost")
    np.testing.assert_array_equal(np.float32(got), -g / h)


@pytest.mark.parametrize("order", ["C", "F"])
def test_each_sample_of_lightgbm_gets_its_own_gradient(order: Any) -> None:
    """A leaf for each sample has -g / h of that sample and class, in float32, whatever the layout of both."""
    lightgbm = import_or_skip("lightgbm")

    def objective(scores: Any, data: Any) -> Any:
        return softmax_grad_hess(scores, data.get_label().astype(int), hessian="lightgbm", order=order)

    # LightGBM counts the samples of a leaf by their Hessians: these are about the same.
    samples, scores = np.arange(8.0)[:, None], 0.2 * SCORES.astype(float)
    alone = EACH_ALONE | {"num_leaves": 8, "min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0}
    data = lightgbm.Dataset(samples, LABELS[:8], init_score=scores)
    model = lightgbm.train(LIGHTGBM | alone | {"objective": objective}, data, 1)
    g, h = softmax_grad_hess(scores, LABELS[:8], hessian="lightgbm")
    np.testing.assert_allclose(model.predict(samples), -g / h, rtol=1e-6)


def test_soft_targets_are_rows_repeated_for_each_class_in_xgboost() -> None:
    """The built-in softmax takes classes alone: each row once for each class, weighted by its share, is the same."""
    xgboost = import_or_skip("xgboost")

    def objective(scores: Any, _: Any) -> Any:
        return softmax_grad_hess(scores, SHARES, hessian="xgboost")

    repeated = xgboost.DMatrix(*repeated_rows(), weight=SHARES.ravel())
    data = xgboost.DMatrix(X)
    models = xgboost.train(XGBOOST, data, ROUNDS, obj=objective), xgboost.train(XGBOOST, repeated, ROUNDS)
    np.testing.assert_allclose(*(model.predict(data, output_margin=True) for model in models), rtol=0, atol=2e-6)


def test_soft_targets_are_rows_repeated_for_each_class_in_lightgbm() -> None:
    """The built-in softmax takes classes alone: each row once for each class, weighted by its share, is the same."""
    lightgbm = import_or_skip("lightgbm")

    def objective(scores: Any, _: Any) -> Any:
        return softmax_grad_hess(scores, SHARES, hessian="lightgbm", order="F")

    # Rows are not to be counted, for one has four times as many.
    params = LIGHTGBM | {"min_data_in_leaf": 1, "min_data_in_bin": 1}
    rows, labels = repeated_rows()
    repeated = lightgbm.Dataset(rows, labels, weight=SHARES.ravel())
    ours = lightgbm.train(params | {"objective": objective}, lightgbm.Dataset(X), ROUNDS)
    theirs = lightgbm.train(params | {"objective": "multiclass"}, repeated, ROUNDS)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X, raw_score=True), rtol=0, atol=2e-6)


def repeated_rows() -> tuple[Any, Any]:
    """Return every row as often as there are classes, and those classes."""
    return np.repeat(X, CLASSES, axis=0), np.tile(np.arange(CLASSES), len(X))

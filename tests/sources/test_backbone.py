import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import AutoModelForSequenceClassification, T5Config, T5ForConditionalGeneration

from sources.tiny_sources import WORDS, make_sentence, save_bert, save_tokenizer
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources import fingerprint


@pytest.fixture
def copy(bert: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bert, tmp_path / "copy")


def test_an_encoder_states_its_facts(bert: Path, cache: Path) -> None:
    backbone = sources.load(str(bert), cache_dir=cache)
    assert (backbone.architecture, backbone.layers, backbone.width) == ("encoder", 2, 16)
    assert (backbone.vocabulary, backbone.max_length, backbone.pooling) == (len(WORDS), 64, "mean")
    assert backbone.parameters == sum(p.numel() for p in backbone.encoder().parameters())
    assert backbone.sha256 == hashlib.sha256((bert / "model.safetensors").read_bytes()).hexdigest()
    assert (backbone.normalize, backbone.prompt, backbone.licence, backbone.revision) == (False, "", None, None)


def test_a_decoder_states_its_facts_and_gets_a_padding_token(gpt2: Path, cache: Path) -> None:
    backbone = sources.load(str(gpt2), cache_dir=cache)
    assert (backbone.architecture, backbone.layers, backbone.width) == ("decoder", 3, 16)
    assert (backbone.max_length, backbone.pooling) == (48, "lasttoken")
    assert backbone.tokenizer().pad_token == "[SEP]"
    batch = backbone.tokenizer()(["hello", "hello world a b"], padding=True, return_tensors="pt")
    logits = backbone.classifier(["x", "y"])(**batch).logits
    assert logits.shape == (2, 2)


def test_an_encoder_decoder_gives_its_encoder(tmp_path: Path, cache: Path) -> None:
    config = T5Config(vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2)
    T5ForConditionalGeneration(config).save_pretrained(tmp_path / "t5")
    save_tokenizer(tmp_path / "t5")
    backbone = sources.load(str(tmp_path / "t5"), cache_dir=cache)
    assert (backbone.architecture, backbone.max_length, backbone.width) == ("encoder-decoder", 512, 16)
    ids = torch.tensor([[3, 4, 5]])
    assert backbone.encoder()(input_ids=ids).last_hidden_state.shape == (1, 3, 16)


def test_the_encoder_is_the_one_saved(bert: Path, cache: Path) -> None:
    model = sources.load(str(bert), cache_dir=cache).encoder()
    saved = load_file(bert / "model.safetensors")
    assert all(torch.equal(saved[name], value) for name, value in model.named_parameters())
    assert model.dtype == torch.float32 and not model.training


def test_half_precision_weights_are_loaded_as_float32(copy: Path, cache: Path) -> None:
    sources.load(str(copy), cache_dir=cache).encoder().half().save_pretrained(copy)
    assert sources.load(str(copy), cache_dir=cache).classifier(["a", "b"]).dtype == torch.float32


@pytest.mark.parametrize("folder", ["bert", "gpt2"])
def test_a_classifier_keeps_the_order_of_labels_and_the_seed(folder: str, cache: Path, request) -> None:
    backbone = sources.load(str(request.getfixturevalue(folder)), cache_dir=cache)
    made = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        made.append(backbone.classifier(["zebra", "ant", "mouse"]))
    config = made[0].config
    assert config.id2label == {0: "zebra", 1: "ant", 2: "mouse"} and config.num_labels == 3
    assert config.label2id == {"zebra": 0, "ant": 1, "mouse": 2}
    assert config.problem_type == "single_label_classification"
    assert config.pad_token_id == backbone.tokenizer().pad_token_id
    first, again, other = (dict(model.named_parameters()) for model in made)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", "c"]])
def test_the_head_of_a_classifier_is_never_kept(labels: list[str], copy: Path, cache: Path) -> None:
    old = AutoModelForSequenceClassification.from_pretrained(copy, num_labels=2)
    old.classifier.weight.data.fill_(7)
    old.save_pretrained(copy)
    backbone = sources.load(str(copy), cache_dir=cache)
    new = backbone.classifier(labels)
    assert new.classifier.weight.shape == (len(labels), 16) and new.classifier.weight.abs().max() < 1
    assert torch.equal(new.bert.embeddings.word_embeddings.weight, old.bert.embeddings.word_embeddings.weight)


def test_loading_is_silent(bert: Path, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    backbone = sources.load(str(bert), cache_dir=cache)
    backbone.encoder()
    backbone.classifier(["a", "b"])
    assert capfd.readouterr() == ("", "")


def test_a_folder_of_sentence_transformers_is_understood(bert: Path, tmp_path: Path, cache: Path) -> None:
    parts = [Transformer(str(bert), max_seq_length=32), Pooling(16, pooling_mode=("cls", "mean")), Normalize()]
    prompts = {"query": "find: ", "document": ""}
    SentenceTransformer(modules=parts, prompts=prompts, default_prompt_name="query").save(str(tmp_path / "st"))
    backbone = sources.load(str(tmp_path / "st"), cache_dir=cache)
    assert (backbone.pooling, backbone.normalize, backbone.prompt) == ("cls+mean", True, "find: ")
    assert backbone.max_length == 32


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_lasttoken": True}, "lasttoken"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, "max+mean"),
        ({"pooling_mode": "weightedmean"}, "weightedmean"),
        ({}, "mean"),
    ],
)
def test_old_and_new_pooling_files(config: dict[str, object], pooling: str, copy: Path, cache: Path) -> None:
    backbone = sources.load(str(make_sentence(copy, config, modules=())), cache_dir=cache)
    assert (backbone.pooling, backbone.normalize) == (pooling, False)


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        (["WordEmbeddings:", "Pooling:1_Pooling"], "expected a Transformer as the first module, found WordEmbeddings"),
        (["Pooling:1_Pooling", "Transformer:"], "expected a Transformer as the first module, found Pooling"),
        (["Transformer:0_Transformer", "Pooling:1_Pooling"], "expected the folder 0_Transformer with the Transformer"),
    ],
)
def test_what_does_not_begin_with_its_transformer_is_refused(
    modules: list[str], words: str, copy: Path, cache: Path
) -> None:
    make_sentence(copy, {})
    parts = [each.split(":") for each in modules]
    entries = [{"type": f"sentence_transformers.models.{kind}", "path": path} for kind, path in parts]
    (copy / "modules.json").write_text(json.dumps(entries))
    with pytest.raises(SourceError, match=words):
        sources.load(str(copy), cache_dir=cache)


def test_no_pooling_at_all_is_refused(copy: Path, cache: Path) -> None:
    make_sentence(copy, {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False})
    with pytest.raises(SourceError, match="pooling of no kind: every mode is switched off"):
        sources.load(str(copy), cache_dir=cache)


def test_a_default_prompt_that_there_is_not_is_refused(copy: Path, cache: Path) -> None:
    make_sentence(copy, {})
    said = {"prompts": {"query": "find: "}, "default_prompt_name": "document"}
    (copy / "config_sentence_transformers.json").write_text(json.dumps(said))
    with pytest.raises(SourceError, match=r"expected one of the prompts \(query\) as default_prompt_name, found 'docu"):
        sources.load(str(copy), cache_dir=cache)


def test_modules_before_the_pooling_are_named_so(copy: Path, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_sentence(copy, {})
    entries = json.loads((copy / "modules.json").read_text())
    entries.insert(1, {"type": "sentence_transformers.models.CNN", "path": "1_CNN"})
    (copy / "modules.json").write_text(json.dumps(entries))
    sources.load(str(copy), cache_dir=cache)
    assert "not applied: CNN before the pooling" in caplog.text


def test_an_unknown_pooling_is_refused(copy: Path, cache: Path) -> None:
    with pytest.raises(SourceError, match="pooling 'magic'"):
        sources.load(str(make_sentence(copy, {"pooling_mode": "magic"})), cache_dir=cache)


def test_modules_which_are_not_applied_are_named(copy: Path, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    sources.load(str(make_sentence(copy, {}, modules=("Dense", "Normalize"))), cache_dir=cache)
    assert "not applied: Dense after the pooling" in caplog.text


def test_a_prompt_that_is_to_be_left_out_is_named(copy: Path, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = make_sentence(copy, {"pooling_mode": "mean", "include_prompt": False})
    sources.load(str(folder), cache_dir=cache)
    assert "not applied" not in caplog.text
    said = {"prompts": {"query": "find: "}, "default_prompt_name": "query"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(said))
    sources.load(str(folder), cache_dir=cache)
    assert "not applied: leaving the prompt's tokens out" in caplog.text


def test_the_old_place_of_the_transformer_and_its_lower_case(bert: Path, tmp_path: Path, cache: Path) -> None:
    root = tmp_path / "old"
    shutil.copytree(bert, root / "0_Transformer")
    (root / "0_Transformer" / "sentence_bert_config.json").write_text('{"max_seq_length": 20, "do_lower_case": true}')
    make_sentence(root, {})
    entries = json.loads((root / "modules.json").read_text())
    entries[0]["path"] = "0_Transformer"
    (root / "modules.json").write_text(json.dumps(entries))
    backbone = sources.load(str(root), cache_dir=cache)
    assert (backbone.max_length, backbone.folder.name) == (20, "0_Transformer")
    assert backbone.tokenizer()("HELLO").input_ids == backbone.tokenizer()("hello").input_ids


def test_the_licence_stands_in_the_model_card(copy: Path, cache: Path) -> None:
    (copy / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: none\n")
    assert sources.load(str(copy), cache_dir=cache).licence == "apache-2.0"


def test_several_weights_files_count_as_one(bert: Path, tmp_path: Path, cache: Path) -> None:
    whole = sources.load(str(bert), cache_dir=cache)
    whole.encoder().save_pretrained(tmp_path / "parts", max_shard_size="4KB")
    save_tokenizer(tmp_path / "parts")
    parts = sources.load(str(tmp_path / "parts"), cache_dir=cache)
    assert len(list((tmp_path / "parts").glob("*.safetensors"))) > 1
    assert parts.parameters == whole.parameters and len(parts.sha256) == 64
    next((tmp_path / "parts").glob("*.safetensors")).unlink()
    with pytest.raises(SourceError, match="is incomplete"):
        sources.load(str(tmp_path / "parts"), cache_dir=cache)


@pytest.mark.parametrize("keep", [0, 5, 200, -1])
def test_damaged_weights_are_one_sentence(keep: int, copy: Path, cache: Path) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(SourceError, match="not an intact safetensors file"):
        sources.load(str(copy), cache_dir=cache)


def test_pickles_are_never_loaded(copy: Path, cache: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(SourceError, match="only as pickle"):
        sources.load(str(copy), cache_dir=cache)


def test_code_in_a_model_is_not_run_unasked(copy: Path, cache: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(
        json.dumps({**config, "model_type": "strange", "auto_map": {"AutoConfig": "code.Config"}})
    )
    (copy / "code.py").write_text("raise SystemExit('ran')")
    with pytest.raises(SourceError, match="--trust-remote-code"):
        sources.load(str(copy), cache_dir=cache)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model_type": "nonesuch"}'])
def test_a_damaged_config_is_one_sentence(content: str, copy: Path, cache: Path) -> None:
    (copy / "config.json").write_text(content)
    with pytest.raises(SourceError, match=r"config\.json"):
        sources.load(str(copy), cache_dir=cache)


def test_an_identity_is_that_of_all_that_a_model_computes_with(copy: Path, cache: Path) -> None:
    """Features that were computed with another activation must not be taken for those of this one."""
    first = sources.load(str(copy), cache_dir=cache)
    said = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({"transformers_version": "1", **dict(reversed(said.items()))}))
    assert sources.load(str(copy), cache_dir=cache).identity == first.identity
    (copy / "config.json").write_text(json.dumps({**said, "hidden_act": "relu"}))
    other = sources.load(str(copy), cache_dir=cache)
    assert other.sha256 == first.sha256 and other.identity != first.identity


def test_a_fingerprint_is_remembered_until_the_file_changes(
    copy: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sources.load(str(copy), cache_dir=cache).sha256
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "of_file", None)
        assert sources.load(str(copy), cache_dir=cache).sha256 == first
    shutil.copy(save_bert(tmp_path / "other", seed=1) / "model.safetensors", copy)
    assert sources.load(str(copy), cache_dir=cache).sha256 != first

"""Writes the repository files of many model families with the real libraries.

python repositories.py FOLDER

Every configuration of transformers in its default form, image processors, tokenizers and
generation settings; schedulers and small models of diffusers; adapters of PEFT; a model of
sentence-transformers; configurations of Hydra-built models as OmegaConf writes them. No
weights of any size. What a class needs and has not by default is left out. The number of
files is printed.
"""
import os
import sys
import warnings

warnings.simplefilter("ignore")
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
root = sys.argv[1]


def save(kind, name, thing):
    try:
        thing().save_pretrained(os.path.join(root, kind, name))
    except Exception as e:  # a class without defaults
        print("left out:", kind, name, type(e).__name__, file=sys.stderr)


def from_transformers():
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING, CONFIG_MAPPING_NAMES
    from transformers.models.auto.image_processing_auto import IMAGE_PROCESSOR_MAPPING_NAMES

    for name in CONFIG_MAPPING_NAMES:
        save("config", name, lambda: CONFIG_MAPPING[name]())
    for name, classes in IMAGE_PROCESSOR_MAPPING_NAMES.items():
        for c in (classes.values() if isinstance(classes, dict) else classes):
            if isinstance(c, str):
                save("image", name + "-" + c, lambda: getattr(transformers, c)())
    save("generation", "default", lambda: transformers.GenerationConfig(eos_token_id=2, do_sample=True))
    from tokenizers import Tokenizer, models
    words = {w: i for i, w in enumerate(["<unk>", "<s>", "</s>", "a", "b"])}
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="<unk>")), unk_token="<unk>", bos_token="<s>", eos_token="</s>")
    fast.chat_template = "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}"
    save("tokenizer", "one", lambda: fast)
    fast.chat_template = {"default": fast.chat_template, "tool_use": "{{ tools | tojson }}"}
    save("tokenizer", "several", lambda: fast)
    tiny = transformers.LlamaConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=8)
    model = transformers.LlamaForCausalLM(tiny)
    model.save_pretrained(os.path.join(root, "llama", "sharded"), max_shard_size="1KB")
    return model


def from_peft(model):
    import peft
    for name in dir(peft):
        c = getattr(peft, name)
        if isinstance(c, type) and issubclass(c, peft.PeftConfig):
            save("peft", name, lambda: c())
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=2, target_modules=["q_proj"]))
    adapted.save_pretrained(os.path.join(root, "peft", "lora-weights"))


def from_diffusers():
    import diffusers
    for name in dir(diffusers):
        if name.endswith("Scheduler") and isinstance(getattr(diffusers, name), type):
            save("diffusers", name, lambda: getattr(diffusers, name)())
    unet = diffusers.UNet2DModel(sample_size=8, layers_per_block=1, block_out_channels=(32, 64), down_block_types=("DownBlock2D", "AttnDownBlock2D"),
                                 up_block_types=("AttnUpBlock2D", "UpBlock2D"))
    diffusers.DDPMPipeline(unet, diffusers.DDPMScheduler()).save_pretrained(os.path.join(root, "diffusers", "pipeline"))


def from_sentence_transformers():
    from sentence_transformers import SentenceTransformer
    from sentence_transformers import models
    import torch
    words = models.BoW(["a", "b", "c"])
    dense = models.Dense(3, 2, activation_function=torch.nn.Tanh())
    SentenceTransformer(modules=[words, dense, models.Normalize()], device="cpu").save(os.path.join(root, "sentence-transformers"))


def attempt(step, *args):
    try:
        return step(*args)
    except Exception as e:
        print("left out:", step.__name__, type(e).__name__, str(e)[:300], file=sys.stderr)


model = attempt(from_transformers)
attempt(from_peft, model)
attempt(from_diffusers)
attempt(from_sentence_transformers)
print(sum(len(files) for _, _, files in os.walk(root)))

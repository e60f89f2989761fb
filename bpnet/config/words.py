"""What somebody means by a key that is not here: a slip of the keyboard, or another program's word.

The words are those of PyTorch, Keras, scikit-learn, ultralytics, Nielsen's programs and the book's.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from bpnet.config.schema import rules

LISTED = "known keys: "
LIKENESS = 0.78  # 96 % of 2,132 slips of one letter are known again, and 4 of 129 other words

_WORDS = {  # what it is here, or what does its work: the words of others
    "seed": "random_state random_seed manual_seed rng_seed",
    "data.dataset": "datasets dataset_name",
    "data.dir": "data_dir data_path data_root root path folder",
    "data.classes": "names class_names target_names label_names labels",
    "data.validation": "val valid n_val val_size valid_size val_ratio val_split validation_split"
    " validation_size validation_fraction",
    "network": "net model",
    "network.hidden": "hidden_size hidden_sizes hidden_units hidden_dim hidden_dims hidden_layer"
    " hidden_layers hidden_layer_sizes hidden_size_list n_hidden num_hidden layers layer_sizes"
    " num_layers n_layers depth sizes dims units neurons width widths architecture",
    "network.activation": "act activations activation_function hidden_activation nonlinearity",
    "network.init": "initializer initialization kernel_initializer weight_init weight_init_std"
    " init_std std",
    "network.view": "views preprocess preprocessing deskew deslant deslanted deslanting",
    "train": "training trainer fit hyperparameters",
    "train.epochs": "n_epochs num_epochs max_epochs nb_epoch num_train_epochs max_iter",
    "train.batch_size": "batch bs mini_batch mini_batch_size train_batch_size"
    " per_device_train_batch_size",
    "train.learning_rate": "lr lr0 eta step_size learn_rate base_lr init_lr initial_lr max_lr"
    " learning_rate_init initial_learning_rate",
    "train.schedule": "scheduler lr_scheduler lr_schedule learning_rate_schedule lr_policy lr_decay"
    " step_lr decay_steps gamma milestones annealing cosine cos_lr",
    "train.floor": "lrf min_lr lr_min eta_min",
    "train.warmup": "warmup_epochs warmup_steps num_warmup_steps warmup_ratio",
    "train.average": "averaging ema ema_decay swa polyak",
    "train.label_smoothing": "smoothing label_smooth",
    "train.dtype": "precision mixed_precision amp half fp16 bf16 float16 floatx",
    "train.workers": "n_jobs cpus cores processes num_processes nproc nproc_per_node",
    "matrix products run on one thread; train.workers is the number of processes that share a "
    "batch": "threads num_threads n_threads openblas_num_threads omp_num_threads mkl_num_threads",
    "augment": "augmentation augmentations data_augmentation transform transforms",
    "augment.rotation": "rotate degrees rotation_range random_rotation",
    "augment.scaling": "scale zoom zoom_range",
    "augment.shear": "shear_range",
    "augment.shift": "translate translation width_shift_range height_shift_range",
    "augment.alpha": "elastic elastic_alpha",
    "augment.calm": "close_mosaic no_aug_epochs",
    "augment.alpha belongs to the elastic distortions; the learning rate is train.learning_rate, "
    "and there is no weight decay": "alpha",
    "the only optimizer is minibatch SGD; train.momentum adds momentum": "optimizer optimiser optim"
    " solver algorithm sgd adam adamw nadam rmsprop adagrad adadelta lbfgs nesterov"
    " nesterovs_momentum betas beta_1 beta_2 eps epsilon",
    "there is no weight decay; train.label_smoothing, train.average and augment.* help against "
    "overfitting": "weight_decay decay l1 l2 lambda lmbda regularization kernel_regularizer",
    "there is no dropout; train.label_smoothing, train.average and augment.* help against "
    "overfitting": "dropout dropout_rate dropout_ratio drop_rate use_dropout",
    "there is no early stopping; if data.validation is above 0, the weights of the best epoch are "
    "kept": "early_stopping early_stop patience n_iter_no_change tol min_delta monitor",
    "bpnet runs on the CPU; train.workers is the number of processes that share a batch": "device"
    " devices gpu gpus cuda use_cuda no_cuda mps tpu accelerator",
    "the loss is always softmax with cross-entropy": "loss loss_fn loss_function criterion"
    " objective cost",
    "loss and accuracy are always shown": "metric metrics",
    "the images are always shuffled, anew in each epoch": "shuffle drop_last",
    "nothing has to load the images; train.workers is the number of processes that share a batch":
    "num_workers n_workers dataloader_num_workers",
    "nothing has to load the images: they are in memory": "prefetch prefetch_factor pin_memory"
    " persistent_workers",
    "the layers are Affine, with biases, and network.activation between them": "conv filters"
    " kernel_size bias use_bias batch_norm use_batchnorm bn layer_norm",
    "the 784 inputs, and an output for each class, are always there; network.hidden is the widths "
    "between them": "input_size output_size input_dim output_dim in_features out_features n_inputs"
    " n_outputs",
    "the dataset says how many classes there are; data.classes is the names of those of your own "
    "files": "num_classes n_classes nc",
    "training is counted in epochs, not in steps: train.epochs": "iterations num_iterations iters"
    " iters_num steps num_steps max_steps n_steps",
    "gradients are not clipped; a smaller train.learning_rate, or train.warmup, helps too": "clip"
    " grad_clip clipnorm max_grad_norm gradient_clip_val",
    "the folder of a run is chosen with --run-dir": "run_dir save_dir output_dir"
    " out_dir out output log_dir project save checkpoint_dir",
    "a run is continued with bpnet train --resume RUN": "resume checkpoint",
    "each epoch has one line, and none with --quiet": "verbose quiet progress log_interval",
}  # fmt: skip


def _bare(word: str) -> str:
    """Return a word as it is looked for: learningRate and learning-rate are learning_rate."""
    return word.lower().replace("-", "").replace("_", "")


KEYS = tuple(rules())
_SECTIONS = tuple(dict.fromkeys(name.partition(".")[0] for name in KEYS if "." in name))
_KNOWN = {_bare(name.rpartition(".")[2]): name for name in (*_SECTIONS, *KEYS)}
_OUTSIDE = _KNOWN | {_bare(name): name for name in _SECTIONS}  # of all sections: train is one too
_HERE = {_bare(word): here for here, words in _WORDS.items() for word in words.split()}


def found(name: str) -> str | None:
    """Return the key or section that goes by another name or place here, or what does its work.

    >>> found("optim.lr"), found("hidden"), found("epcohs")
    ('train.learning_rate', 'network.hidden', None)
    >>> found("gpu")
    'bpnet runs on the CPU; train.workers is the number of processes that share a batch'
    """
    word = _bare(name.rpartition(".")[2])
    return _HERE.get(word) or _known(name).get(word)


def nearest(name: str) -> str | None:
    """Return the key or section that is not further than a slip of the keyboard.

    >>> nearest("train.epcohs"), nearest("color")
    ('train.epochs', None)
    """
    known = _known(name)
    near = get_close_matches(_bare(name.rpartition(".")[2]), known, n=1, cutoff=LIKENESS)
    return known[near[0]] if near else None


def _known(name: str) -> dict[str, str]:
    return _KNOWN if "." in name else _OUTSIDE


def hint(name: str) -> str:
    """Return what to do about an unknown key.

    >>> hint("train.lr")
    'did you mean train.learning_rate?'
    """
    here = found(name) or nearest(name)
    if here in (*KEYS, *_SECTIONS):
        return f"did you mean {here}?"
    section = name.rpartition(".")[0]
    keys = [key for key in KEYS if key.startswith(f"{section}.")] or KEYS
    return here or f"{LISTED}{', '.join(keys)}"


def listed_once(problems: Iterable[str]) -> Iterator[str]:
    """Yield the problems; the same list of known keys ends only the first of them.

    >>> list(listed_once(["a: unknown key; known keys: x, y", "b: unknown key; known keys: x, y"]))
    ['a: unknown key; known keys: x, y', 'b: unknown key']
    """
    told: set[str] = set()
    for problem in problems:
        what, listed, keys = problem.rpartition(f"; {LISTED}")
        yield what if listed and keys in told else problem
        told.add(keys)

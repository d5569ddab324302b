package picklenames

// reviewedPackages are callables of packages beside the core ones that were read by
// hand. Boosters hand their state to a native parser of data, which is where what is
// proven inert ends: xgboost/core.py, lightgbm/basic.py. The containers of OmegaConf
// put types of typing together from those that their metadata has, then fill __dict__
// (omegaconf/basecontainer.py); __new__ of networkx's graphs is object's, and its
// views fetch plain attributes of the graph that they belong to (networkx/classes).
var reviewedPackages = map[string]Entry{
	"lightgbm.basic.Booster": class(),
	"xgboost.core.Booster":   class(),

	// BUILD evaluates a formula where the state asks for it; the judge reads the formula.
	"statsmodels.base.data.FormulaicData": filled,
	"statsmodels.base.data.ModelData":     filled,
	"statsmodels.base.data.PandasData":    filled,
	"statsmodels.base.data.PatsyData":     filled,

	// BUILD compiles functions of its own around the metric of the state; the judge looks at that.
	"pynndescent.pynndescent_.NNDescent": filled,

	"omegaconf.dictconfig.DictConfig": filled,
	"omegaconf.listconfig.ListConfig": filled,

	"networkx.classes.coreviews.AdjacencyView":        filled,
	"networkx.classes.coreviews.AtlasView":            filled,
	"networkx.classes.coreviews.MultiAdjacencyView":   filled,
	"networkx.classes.digraph.DiGraph":                filled,
	"networkx.classes.graph.Graph":                    filled,
	"networkx.classes.multidigraph.MultiDiGraph":      filled,
	"networkx.classes.multigraph.MultiGraph":          filled,
	"networkx.classes.reportviews.DegreeView":         filled,
	"networkx.classes.reportviews.DiDegreeView":       filled,
	"networkx.classes.reportviews.EdgeView":           filled,
	"networkx.classes.reportviews.InDegreeView":       filled,
	"networkx.classes.reportviews.InEdgeView":         filled,
	"networkx.classes.reportviews.InMultiEdgeView":    filled,
	"networkx.classes.reportviews.MultiEdgeView":      filled,
	"networkx.classes.reportviews.NodeView":           filled,
	"networkx.classes.reportviews.OutDegreeView":      filled,
	"networkx.classes.reportviews.OutEdgeView":        filled,
	"networkx.classes.reportviews.OutMultiEdgeView":   filled,
	"networkx.classes.reportviews.DiMultiDegreeView":  filled,
	"networkx.classes.reportviews.MultiDegreeView":    filled,
	"networkx.classes.reportviews.OutMultiDegreeView": filled,
	"networkx.classes.reportviews.InMultiDegreeView":  filled,

	// What compares two of them turns their own fields into JSON.
	"transformers.generation.configuration_utils.GenerationConfig": filled,

	// What lies where in a distributed checkpoint: data classes, of which one takes its state from a tuple and compares a
	// member of it with those of an enumeration (torch 2.0 to 2.15: distributed/checkpoint, distributed/_shard).
	"torch.distributed._shard.sharded_tensor.metadata.MEM_FORMAT_ENCODING": enum(args(integer)),
	"torch.distributed._shard.sharded_tensor.metadata.TensorProperties":    class(),
	"torch.distributed.checkpoint.filesystem._StorageInfo":                 filled,
	"torch.distributed.checkpoint.metadata.BytesStorageMetadata":           filled,
	"torch.distributed.checkpoint.metadata.ChunkStorageMetadata":           filled,
	"torch.distributed.checkpoint.metadata.Metadata":                       filled,
	"torch.distributed.checkpoint.metadata.MetadataIndex":                  filled,
	"torch.distributed.checkpoint.metadata.StorageMeta":                    filled,
	"torch.distributed.checkpoint.metadata.TensorProperties":               class(),
	"torch.distributed.checkpoint.metadata.TensorStorageMetadata":          filled,
	"torch.distributed.checkpoint.metadata._MEM_FORMAT_ENCODING":           enum(args(integer)),

	// Its __new__ is that of dict, which looks at no argument; items are added by its own methods (addict/addict.py).
	"mmcv.utils.config.ConfigDict": {Class: true, Construct: true, Tuple: true},

	// It casts a tensor and gives it a dict (torch_core.py, until 2.5).
	"fastai.torch_core._rebuild_from_type": call(args(Arg{Kind: Function, In: tensorMakers}, tensorClass, value, dataArg)),

	// Loaders of data of fastai fill __dict__; an attribute that they lack is fetched from the data set that they keep, and
	// iterating them runs what they keep (data/load.py, data/core.py, text/data.py, tabular/core.py, 2.5 to 2.8).
	"fastai.callback.data.WeightedDL":   filled,
	"fastai.data.core.TfmdDL":           filled,
	"fastai.data.load.DataLoader":       filled,
	"fastai.tabular.core.TabDataLoader": filled,
	"fastai.tabular.core.TabWeightedDL": filled,
	"fastai.text.data.LMDataLoader":     filled,
	"fastai.text.data.SortedDL":         filled,

	// Learners keep the function that made their network, and do not call it. A call may fetch weights.
	"torchvision.models.alexnet.alexnet":          named,
	"torchvision.models.densenet.densenet121":     named,
	"torchvision.models.densenet.densenet161":     named,
	"torchvision.models.densenet.densenet169":     named,
	"torchvision.models.densenet.densenet201":     named,
	"torchvision.models.resnet.resnet18":          named,
	"torchvision.models.resnet.resnet34":          named,
	"torchvision.models.resnet.resnet50":          named,
	"torchvision.models.resnet.resnet101":         named,
	"torchvision.models.resnet.resnet152":         named,
	"torchvision.models.squeezenet.squeezenet1_0": named,
	"torchvision.models.squeezenet.squeezenet1_1": named,
	"torchvision.models.vgg.vgg11_bn":             named,
	"torchvision.models.vgg.vgg13_bn":             named,
	"torchvision.models.vgg.vgg16_bn":             named,
	"torchvision.models.vgg.vgg19_bn":             named,

	// BUILD fills __dict__, but an attribute that they lack is asked of a list that the state gives, by a method of it
	// (fastcore/transform.py, gather_attrs).
	"fastai.data.core.Datasets":        {Class: true, Plain: true, Has: []string{"dataloaders"}},
	"fastcore.transform.Pipeline":      plain,
	"fasttransform.transform.Pipeline": plain,

	// Iterating it runs what it keeps, which is judged by itself; BUILD fills it.
	"torch.utils.data.dataloader.DataLoader": class(),

	// Models keep them to compute frequencies and weights of numbers.
	"gensim.models.tfidfmodel.df2idf":                                          {Keep: true},
	"transformers.modeling_rope_utils._compute_default_rope_parameters":        {Keep: true},
	"transformers.modeling_rope_utils._compute_dynamic_ntk_parameters":         {Keep: true},
	"transformers.modeling_rope_utils._compute_linear_scaling_rope_parameters": {Keep: true},
	"transformers.modeling_rope_utils._compute_llama3_parameters":              {Keep: true},
	"transformers.modeling_rope_utils._compute_longrope_parameters":            {Keep: true},
	"transformers.modeling_rope_utils._compute_yarn_parameters":                {Keep: true},

	// Made without arguments, and filled by BUILD.
	"ultralytics.utils.IterableSimpleNamespace":      classCall(Shape{}),
	"ultralytics.yolo.utils.IterableSimpleNamespace": classCall(Shape{}), // until 8.0.1xx

	// Trainers and metrics keep them: one stacks tensors, the other asks torch whether processes are connected.
	"transformers.data.data_collator.default_data_collator": {Keep: true},
	"torchmetrics.metric.jit_distributed_available":         {Keep: true},

	"pyannote.audio.core.task.Problem":        enum(args(integer)),
	"pyannote.audio.core.task.Resolution":     enum(args(integer)),
	"pyannote.audio.core.task.Specifications": filled,

	// Enumerations, which take their values.
	"peft.tuners.prompt_tuning.config.PromptTuningInit": enum(args(str)),
	"peft.utils.peft_types.PeftType":                    enum(args(str)),
	"peft.utils.peft_types.TaskType":                    enum(args(str)),
	"regex._regex_core.RegexFlag":                       enum(args(integer)),

	// Enumerations, and records of fields, that trainers keep in their arguments and states.
	"deepspeed.runtime.fp16.loss_scaler.DynamicLossScaler":            filled,
	"deepspeed.runtime.fp16.loss_scaler.LossScaler":                   filled,
	"deepspeed.runtime.zero.config.ZeroStageEnum":                     enum(args(integer)),
	"deepspeed.runtime.zero.offload_config.OffloadDeviceEnum":         enum(args(str)),
	"deepspeed.utils.tensor_fragment.fragment_address":                filled,
	"megatron.core.enums.ModelType":                                   enum(args(integer)),
	"megatron.core.transformer.enums.AttnMaskType":                    enum(args(integer)),
	"megatron.core.transformer.enums.AttnType":                        enum(args(integer)),
	"ray.rllib.algorithms.algorithm_config.TorchCompileWhatToCompile": enum(args(str)),
	"trl.trainer.dpo_config.FDivergenceType":                          enum(args(str)),

	// The batch of graphs that it makes has the class of a batch and that of its items for bases: those of PyG alone
	// (torch_geometric/data/batch.py, 2.4 and 2.8).
	"torch_geometric.data.batch.DynamicInheritanceGetter.__call__": call(args(
		Arg{Kind: Class, In: []string{"torch_geometric.data.batch.Batch"}},
		Arg{Kind: Class, In: []string{"torch_geometric.data.data.Data", "torch_geometric.data.hetero_data.HeteroData", "torch_geometric.data.temporal.TemporalData"}},
	)),

	// An enumeration, and a named tuple of a number and its value (common/type_aliases.py).
	"stable_baselines3.common.type_aliases.TrainFreq":          classCall(args(integer, dataArg)),
	"stable_baselines3.common.type_aliases.TrainFrequencyUnit": enum(args(str)),

	// Modules of detectors, whose methods reach operators of C++ that the generator cannot look at: they are made and
	// filled as torch's modules are (models/detection, ops, 0.5 to 0.29: no hook of their own).
	"torchvision.models.detection.retinanet.RetinaNet":       filled,
	"torchvision.models.detection.roi_heads.RoIHeads":        filled,
	"torchvision.models.detection.rpn.RegionProposalNetwork": filled,
	"torchvision.ops.deform_conv.DeformConv2d":               filled,
	"torchvision.ops.poolers.MultiScaleRoIAlign":             filled,
	"torchvision.ops.ps_roi_align.PSRoIAlign":                filled,
	"torchvision.ops.ps_roi_pool.PSRoIPool":                  filled,
	"torchvision.ops.roi_align.RoIAlign":                     filled,
	"torchvision.ops.roi_pool.RoIPool":                       filled,

	// Functions that detectors and flow models hold: arithmetic of tensors (ops/boxes.py), and
	// one that returns its argument (models/optical_flow/raft.py).
	"torchvision.ops.boxes.box_iou":                        keep,
	"torchvision.models.optical_flow.raft._pass_through_h": keep,

	// What spaCy rebuilds documents from (strings.pyx, morphology.pyx, vectors.pyx, vocab.pyx,
	// tokens/doc.pyx): texts, bytes of MessagePack, and pickles of hooks, which are followed.
	"spacy.morphology.unpickle_morphology": call(args(dataArg, iterable)),
	"spacy.strings.StringStore":            classCall(Shape{}.opt(iterable)),
	"spacy.tokens.doc.unpickle_doc":        call(args(dataArg, Arg{Kind: Nested}, rawBytes)),
	"spacy.vectors.unpickle_vectors":       call(args(rawBytes)),
	"spacy.vocab.unpickle_vocab":           call(args(dataArg, dataArg, dataArg, dataArg, Arg{Kind: Nested}, dataArg, Arg{Kind: Kept})),

	// Classes of river in Rust, which take numbers (rust_src/vectordict.rs, pyo3_bindings.rs).
	"river._river_rust.drift.AdaptiveWindowing": classCall(Shape{Rest: &literal}),
	"river._river_rust.stats.RsRollingPRAUC":    classCall(Shape{Rest: &literal}),
	"river._river_rust.stats.RsRollingROCAUC":   classCall(Shape{Rest: &literal}),
	"river._river_rust.vectordict.VectorDict":   classCall(Shape{}.opt(value, Arg{Kind: Callable}, value, literal)),

	// What models of river make when they meet a new feature: counters and sums, from
	// numbers (river/stats, sketch/histogram.py, naive_bayes/gaussian.py).
	"river.naive_bayes.gaussian.GaussianNB._make_gaussian": call(Shape{}),
	"river.sketch.histogram.Histogram":                     classCall(literals),
	"river.stats.count.Count":                              classCall(literals),
	"river.stats.cov.Cov":                                  classCall(literals),
	"river.stats.ewmean.EWMean":                            classCall(literals),
	"river.stats.ewvar.EWVar":                              classCall(literals),
	"river.stats.iqr.IQR":                                  classCall(literals),
	"river.stats.iqr.RollingIQR":                           classCall(literals),
	"river.stats.kurtosis.Kurtosis":                        classCall(literals),
	"river.stats.maximum.AbsMax":                           classCall(literals),
	"river.stats.maximum.Max":                              classCall(literals),
	"river.stats.maximum.RollingAbsMax":                    classCall(literals),
	"river.stats.maximum.RollingMax":                       classCall(literals),
	"river.stats.mean.Mean":                                classCall(literals),
	"river.stats.minimum.Min":                              classCall(literals),
	"river.stats.minimum.RollingMin":                       classCall(literals),
	"river.stats.pearson.PearsonCorr":                      classCall(literals),
	"river.stats.quantile.Quantile":                        classCall(literals),
	"river.stats.quantile.RollingQuantile":                 classCall(literals),
	"river.stats.skew.Skew":                                classCall(literals),
	"river.stats.summing.Sum":                              classCall(literals),
	"river.stats.var.Var":                                  classCall(literals),

	// What these do with their state the judge reads: one makes a file, the others unpickle keys.
	"sklearn_crfsuite._fileresource.FileResource":                   filled,
	"tsfresh.feature_extraction.settings.ComprehensiveFCParameters": class(),
	"tsfresh.feature_extraction.settings.EfficientFCParameters":     class(),
	"tsfresh.feature_extraction.settings.IndexBasedFCParameters":    class(),
	"tsfresh.feature_extraction.settings.MinimalFCParameters":       class(),
	"tsfresh.feature_extraction.settings.PickableSettings":          class(),
	"tsfresh.feature_extraction.settings.TimeBasedFCParameters":     class(),

	// An attribute that they lack is a variable of the model, which they compute (stanfit/mle.py, mcmc.py).
	"cmdstanpy.stanfit.mcmc.CmdStanMCMC": plain,
	"cmdstanpy.stanfit.mle.CmdStanMLE":   plain,

	// Samplers keep them to compute numbers of trials and weights (samplers/_tpe/sampler.py).
	"optuna.samplers._tpe.sampler.default_gamma":          keep,
	"optuna.samplers._tpe.sampler.default_weights":        keep,
	"optuna.samplers._tpe.sampler.hyperopt_default_gamma": keep,

	// Dictionaries that warn when they are changed (core/models/abstract/_mutation_deprecated_dict.py).
	"autogluon.core.models.abstract._auxiliary_params.ParamsAuxDict":      classCall(Shape{}.opt(iterable)),
	"autogluon.core.models.abstract._mutation_deprecated_dict.ParamsDict": classCall(Shape{}.opt(iterable)),

	// Trees that compare shape and type of the arrays that they copy, as scikit-learn's do, and a named tuple.
	"causalml.inference.tree._tree._tree.Tree":               classCall(values),
	"econml.validate.sensitivity_analysis.SensitivityParams": filled,

	// It compares itself as the array that it holds (ase/utils/arraywrapper.py).
	"ase.cell.Cell": filled,

	// Classes of C++ that parse their state from bytes (rdkit: Wrap/Mol.cpp, DataStructs/Wrap).
	"rdkit.Chem.rdchem.Mol":                            classCall(args(rawBytes)),
	"rdkit.DataStructs.cDataStructs.ExplicitBitVect":   classCall(args(rawBytes)),
	"rdkit.DataStructs.cDataStructs.IntSparseIntVect":  classCall(args(rawBytes)),
	"rdkit.DataStructs.cDataStructs.LongSparseIntVect": classCall(args(rawBytes)),
	"rdkit.DataStructs.cDataStructs.UIntSparseIntVect": classCall(args(rawBytes)),
}

// plain is a class that is inert in the plain shape, as one that nobody knows is taken to be.
var plain = Entry{Class: true, Plain: true}

// filled is a class that is made by __new__ and one dict of state.
var filled = Entry{Class: true, Construct: true, NoItems: true, NoSlots: true}

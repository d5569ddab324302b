package pickle

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Some classes of vetted packages are inert in the plain shape alone, as a class that nobody
// knows is taken to be: made without arguments and given one dict. Their instances are no
// data, and what else a stream does to them is reported.

// keepsNames reports whether a state has names of methods that nobody calls: those without two
// underscores, in an instance that is reported where a stream does more than fill it. Pipelines
// of fastai keep each of their steps under the name of its class, "transform" for one.
func (j *judge) keepsNames(target, dict picklevm.Value) bool {
	items, cut, loose := j.m.Items(dict)
	if !j.classOf(target).entry.Plain || dict.Kind() != picklevm.KindDict || cut || loose {
		return false
	}
	for i := 0; i+1 < len(items); i += 2 {
		if name, ok := j.m.Str(items[i]); !ok || strings.HasPrefix(name, "__") {
			return false
		}
	}
	return true
}

// bindsMethod reports whether the arguments of types.MethodType are a method fetched from a
// listed class and an instance that was shown inert: what it gives is what fetching the method
// from the instance gives.
func (j *judge) bindsMethod(args picklevm.Value) bool {
	method, instance := j.m.Item(args, 0), j.m.Item(args, 1)
	if j.m.Len(args) != 2 || method.Kind() != picklevm.KindCall || j.callee(j.m.Item(method, 0)).path != "builtins.getattr" {
		return false
	}
	class := j.m.Item(j.m.Item(method, 1), 0)
	inert := j.m.Flags(instance)&flagInert != 0 || j.classOf(instance).entry.Plain // nothing is fetched from it
	return j.m.Flags(method)&flagFetched != 0 && class.Kind() == picklevm.KindGlobal && instance.Kind() == picklevm.KindInstance && inert
}

// estimators are the packages of classes whose methods below are functions, or are there where
// a field of the instance says so: explainers keep one, bound to the instance.
var estimators = []string{
	"sklearn.ensemble._forest.", "sklearn.ensemble._gb.", "sklearn.ensemble._hist_gradient_boosting.", "sklearn.linear_model.", "sklearn.naive_bayes.",
	"sklearn.neighbors.", "sklearn.neural_network.", "sklearn.svm.", "sklearn.tree.", "xgboost.sklearn.", "lightgbm.sklearn.", "catboost.core.",
}

var estimates = map[string]bool{"predict": true, "predict_proba": true, "predict_log_proba": true, "decision_function": true}

// isEstimate reports whether an attribute is a method of an estimator that was shown inert.
func (j *judge) isEstimate(v, attribute picklevm.Value) bool {
	name, _ := j.m.Str(attribute)
	class := j.classOf(v)
	return estimates[name] && j.isDatum(v) && class.entry.Construct && slices.ContainsFunc(estimators, func(prefix string) bool { return strings.HasPrefix(class.path, prefix) })
}

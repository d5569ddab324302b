package picklenames

// reviewedPackages are callables of packages beside the core ones that were read by
// hand. Boosters hand their state to a native parser of data, which is where what is
// proven inert ends: xgboost/core.py, lightgbm/basic.py.
var reviewedPackages = map[string]Entry{
	"lightgbm.basic.Booster": class(),
	"xgboost.core.Booster":   class(),
}

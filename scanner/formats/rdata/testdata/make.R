# Writes the objects of these tests with R (4.2.2 did). Nothing in them runs when they are read.
m <- lm(dist ~ speed, cars)
saveRDS(m, "lm.rds")
f <- function(x, ...) { g <- function(y) x + y; g }
saveRDS(f(stop("never")), "closure.rds", compress = FALSE)
saveRDS(f(system("true")), "closure-system.rds", compress = FALSE)
d <- function(...) function() list(...)
saveRDS(d(a + b, mean(zz)), "dots.rds", compress = FALSE)
e <- new.env(); delayedAssign("p", mean(1), assign.env = e); e$q <- 3
saveRDS(e, "env.rds", compress = FALSE)
setClass("P", representation(a = "numeric"))
saveRDS(new("P", a = 1), "s4.rds", compress = FALSE)
saveRDS(compiler::cmpfun(function(x) { for (i in 1:10) x <- x + i; if (x > 3) sapply(1:3, function(z) z * 2) else x }),
        "bytecode.rds", compress = FALSE)
x <- 1:10
z <- list(TRUE, NULL, "\u00e9", 2+1i, as.raw(1:3), quote(a + b), y ~ x, as.name("s"), Sys.Date(), factor(c("a", "b")))
save(x, z, m, file = "ws.RData")
saveRDS(z, "z-ascii.rds", ascii = TRUE, compress = FALSE)
saveRDS(f(paste(url, source, process, "system")), "closure-names.rds", compress = FALSE)
saveRDS(f(base::system("true")), "closure-qualified.rds", compress = FALSE)

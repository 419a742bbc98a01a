#error("what no test needs is not built")

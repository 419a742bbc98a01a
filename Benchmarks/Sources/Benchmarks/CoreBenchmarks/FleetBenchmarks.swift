// Reading the fleet file.

import Benchmark
import FleetModel
import SampleBooks

func fleetBenchmarks() {
    Benchmark("load the fleet file") { _ in
        blackHole(try FleetFile.load(path: SampleBooks.fleetPath, catalogue: try Catalogue.builtIn()))
    }
}

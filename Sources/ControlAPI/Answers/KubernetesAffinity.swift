// A lease's nodes as Kubernetes wants them.

/// The part of a pod's specification that keeps it on some nodes.
public struct KubernetesAffinity: Codable, Sendable, Equatable {
    /// Which labels a node must have.
    public struct Terms: Codable, Sendable, Equatable {
        /// One of them must hold.
        public var nodeSelectorTerms: [Term]
    }

    /// What must hold of a node's labels.
    public struct Term: Codable, Sendable, Equatable {
        /// All of them.
        public var matchExpressions: [Expression]
    }

    /// What must hold of one label.
    public struct Expression: Codable, Sendable, Equatable {
        /// The label.
        public var key: String
        /// How it is compared.
        public var `operator`: String
        /// With what.
        public var values: [String]
    }

    /// Where a pod may run.
    public struct NodeAffinity: Codable, Sendable, Equatable {
        /// What must hold when it is placed.
        public var requiredDuringSchedulingIgnoredDuringExecution: Terms
    }

    /// A pod's affinities.
    public struct Affinity: Codable, Sendable, Equatable {
        /// To nodes.
        public var nodeAffinity: NodeAffinity
    }

    /// The field of the pod's specification.
    public var affinity: Affinity

    /// Keeps a pod on nodes of these names.
    public init(nodes: [String]) {
        let expression = Expression(key: "kubernetes.io/hostname", operator: "In", values: nodes)
        let terms = Terms(nodeSelectorTerms: [Term(matchExpressions: [expression])])
        affinity = Affinity(nodeAffinity: NodeAffinity(requiredDuringSchedulingIgnoredDuringExecution: terms))
    }
}

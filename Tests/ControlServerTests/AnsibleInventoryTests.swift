// Inventories for Ansible.

import Testing

@testable import ControlServer

@Suite("An inventory for Ansible")
struct AnsibleInventoryTests {
    @Test("has a group for each domain and one of them all")
    func groups() {
        let inventory = AnsibleInventory(
            lease: "l-7kq2",
            hosts: [
                .init(name: "lab-h1-b1-r1-n1", domain: "lab/h1/b1/r1"),
                .init(name: "lab-h1-b1-r1-n2", domain: "lab/h1/b1/r1"),
                .init(name: "lab-h1-r001-t01", domain: "lab/h1/r001"),
            ])
        #expect(
            inventory.text == """
                [berth_lab_h1_b1_r1]
                lab-h1-b1-r1-n1
                lab-h1-b1-r1-n2

                [berth_lab_h1_b1_r1:vars]
                berth_domain=lab/h1/b1/r1

                [berth_lab_h1_r001]
                lab-h1-r001-t01

                [berth_lab_h1_r001:vars]
                berth_domain=lab/h1/r001

                [berth_l_7kq2:children]
                berth_lab_h1_b1_r1
                berth_lab_h1_r001

                [berth_l_7kq2:vars]
                berth_lease=l-7kq2
                """)
    }

    @Test("gives domains whose paths differ in punctuation alone groups of their own")
    func collisions() {
        let inventory = AnsibleInventory(
            lease: "l-1", hosts: [.init(name: "a", domain: "x-1/r"), .init(name: "b", domain: "x/1/r")])
        #expect(inventory.text.contains("[berth_x_1_r]\na\n") && inventory.text.contains("[berth_x_1_r_2]\nb\n"))
    }
}
